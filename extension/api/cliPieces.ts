/** `run --out`: a file of any size, computed piece by piece into a .npy file. */
import { UnrollError } from "../core/errors.js";
import { say } from "../core/messages.js";
import { MEMORY_DEFAULT_BYTES } from "../core/model/limits.js";
import { readModelText } from "../core/model/read.js";
import { shapeText } from "../core/model/shapes.js";
import type { FileStage } from "../core/protocol/fileRun.js";
import { plainReading } from "../core/reading/reading.js";
import { runFile } from "../engine/fileRun.js";
import { Session } from "../engine/session.js";
import { type Options, UsageError } from "./cliArguments.js";
import { fileAndArray, modelText } from "./cliInput.js";
import { deviceInfo } from "./engine.js";

/** @throws UnrollError */
export async function runInPieces(modelName: string, dataName: string, options: Options & { readonly out: string }): Promise<void> {
  if (dataName === "-") throw new UsageError("--out takes the name of a file: standard input cannot be read twice.");
  const spec = readModelText(modelText(modelName, true));
  if (!spec.ok) throw new UnrollError(spec.error);
  const { device, threads, gpuPrecision, seed, out, json } = options;
  const session = new Session({ device, threads, gpuPrecision, memoryLimitBytes: MEMORY_DEFAULT_BYTES });
  const abort = new AbortController();
  // What was begun is cleared away before the process ends.
  const interrupt = (): void => abort.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const { file, array } = fileAndArray(dataName);
  try {
    const model = session.load(spec.value, null, seed ?? spec.value.seed ?? 0);
    const order = { path: file, array, reading: plainReading, output: out };
    const { shape, pieces, notes, totalMs } = await runFile(session, model, order, { signal: abort.signal, onProgress: printed });
    const used = deviceInfo(session.device);
    if (json) {
      const said = notes.map((note) => say(note));
      console.log(JSON.stringify({ output: { file: out, shape }, pieces, notes: said, device: used, timing: { totalMs } }));
      return;
    }
    for (const note of notes) console.log(say(note));
    console.log(`Wrote ${shapeText(shape)} float32 to ${out}.`);
    const reason = used.reason === undefined ? "" : ` (${used.reason})`;
    console.log(`\n${used.kind}: ${used.name}${reason}, ${pieces} piece${pieces === 1 ? "" : "s"}, ${(totalMs / 1000).toFixed(1)} s`);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await session.dispose();
  }
}

/** Over itself, and only where somebody watches. */
function printed(done: number, total: number, stage: FileStage): void {
  if (!process.stderr.isTTY) return;
  const percent = total > 0 ? Math.floor((100 * done) / total) : 100;
  process.stderr.write(`\r${stage} ${percent} %${done >= total ? "\n" : ""}`);
}
