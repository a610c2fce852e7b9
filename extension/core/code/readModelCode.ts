/** Finds the models in Keras and PyTorch source by reading it; nothing of it is ever run. */
import { Machine } from "./evaluate/machine.js";
import { builtinNames } from "./evaluate/builtins.js";
import { tooLong } from "./evaluate/doubts.js";
import { Scope } from "./evaluate/values.js";
import { Frameworks } from "./frameworks.js";
import { type CodeModel, foundModels } from "./models/found.js";
import { chunksOf } from "./python/chunks.js";
import { StatementReader } from "./python/statements.js";
import { parsed } from "./python/tree.js";
import { relevantChunks } from "./relevant.js";
import { readUncalled } from "./uncalled.js";

export type { CodeModel } from "./models/found.js";
export type { Problem } from "./problems.js";

/** Time for the statements, for functions that nobody calls, and for walking the models: code takes a tenth, a megabyte of noise all of it. */
const READ_MS = 2000;
const UNCALLED_MS = 600;
const WALK_MS = 1400;

/** Models in the order of the source. Never throws, and takes seconds at most, whatever the text. */
export function readModelCode(source: string, languageId = "python"): CodeModel[] {
  // Every model names one of these; most texts do not.
  if (!/RNN|LSTM|GRU|Sequential|Model|Module|Linear|Dense/.test(source)) return [];
  const frameworks = new Frameworks();
  const machine = new Machine(source, frameworks, builtinNames);
  readStatements(source, machine, /^(?:markdown|quarto|rmd)$/.test(languageId));
  readUncalled(machine, UNCALLED_MS);
  machine.allow(WALK_MS);
  return foundModels(machine, frameworks);
}

/** Each top-level statement by itself: what one breaks or overspends, the next does not feel. */
function readStatements(source: string, machine: Machine, fenced: boolean): void {
  machine.allow(READ_MS);
  const scope = new Scope(null, "module");
  for (const chunk of relevantChunks(chunksOf(source, fenced), () => machine.isOver)) {
    const tree = parsed(chunk.text, () => machine.isOver);
    const statements = tree === null ? [] : new StatementReader(chunk).script(tree);
    for (const statement of statements) {
      const mark = machine.touched.length;
      if (machine.statement(() => machine.run([statement], scope))) continue;
      for (const thing of new Set(machine.touched.slice(mark))) thing.doubt(tooLong(machine, statement));
    }
    if (!machine.isOver) continue;
    // What was read until here is told; what comes behind may belong to it.
    machine.touched.at(-1)?.doubt(tooLong(machine, { start: chunk.start, end: chunk.start + 1 }));
    return;
  }
}
