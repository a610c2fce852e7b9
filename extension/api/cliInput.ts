/** MODEL and DATA of the command line: files, standard input, presets. */
import * as fs from "node:fs";
import * as path from "node:path";
import { failure, UnrollError } from "../core/errors.js";
import type { Message } from "../core/messages.js";
import { wantedRank } from "../core/model/input.js";
import { presetById } from "../core/model/presets.js";
import { readModelText } from "../core/model/read.js";
import { writeModel } from "../core/model/write.js";
import { parseSelection } from "../core/text/parseSelection.js";
import { promote } from "../core/text/shape.js";

const languages: Readonly<Record<string, string>> = {
  ".py": "python",
  ".json": "json",
  ".csv": "csv",
  ".tsv": "tsv",
  ".js": "javascript",
  ".md": "markdown",
  ".c": "c",
};

export interface RunInput {
  /** A Keras config; an open input has taken the data's sizes, so that the summary can count. */
  readonly model: string | object;
  /** With the batch axis, where the model says how many there are. */
  readonly shape: number[];
  readonly values: Float32Array;
  /** How the shape came about, where it is another than what was written. */
  readonly note: Message | null;
}

/** @throws UnrollError */
export function readRunInput(modelName: string, dataName: string): RunInput {
  const text = modelText(modelName, true);
  const languageId = languages[path.extname(dataName)];
  const data = parseSelection(readFile(dataName), languageId === undefined ? {} : { languageId });
  if (!data.ok) throw new UnrollError({ code: "PARSE", message: data.message });
  const spec = readModelText(text);
  const rank = spec.ok ? (wantedRank(spec.value) ?? data.shape.length) : 3;
  const promoted = promote(data.shape, rank);
  const shape = [...(promoted?.shape ?? data.shape)];
  const model = spec.ok && spec.value.input === null ? writeModel({ ...spec.value, input: [null, ...shape.slice(1)] }) : text;
  return { model, shape, values: data.values, note: promoted?.note ?? null };
}

/** A file's config, or a preset's; a preset to run takes whatever features the data has. @throws UnrollError */
export function modelText(name: string, open: boolean): string {
  const preset = fs.existsSync(name) ? undefined : presetById(name);
  if (preset === undefined) return readFile(name);
  const model = preset.build(null);
  return JSON.stringify(writeModel(open ? { ...model, input: null } : model));
}

function readFile(file: string): string {
  try {
    return fs.readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UnrollError(failure("INVALID_ARGUMENT", "{file} cannot be read: {reason}", { file, reason: (error as Error).message }));
  }
}
