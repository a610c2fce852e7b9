/** MODEL and DATA of the command line: files, standard input, presets. */
import * as fs from "node:fs";
import { failure, UnrollError } from "../core/errors.js";
import type { Message } from "../core/messages.js";
import { wantedRank } from "../core/model/input.js";
import { presetById } from "../core/model/presets.js";
import { readModelText } from "../core/model/read.js";
import { writeModel } from "../core/model/write.js";
import { formatOf } from "../core/formats/format.js";
import { inMemory } from "../core/formats/source.js";
import { MEMORY_DEFAULT_BYTES, SELECTION_HARD_MAX_BYTES } from "../core/model/limits.js";
import { promote } from "../core/text/shape.js";
import { arraysOf, chooseArray, type DataArray, openArrays, takeArray, textArray } from "../files/dataFile.js";

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
export async function readRunInput(modelName: string, dataName: string): Promise<RunInput> {
  const text = modelText(modelName, true);
  const data = await dataOf(dataName);
  const spec = readModelText(text);
  const rank = spec.ok ? (wantedRank(spec.value) ?? data.shape.length) : 3;
  const promoted = promote(data.shape, rank);
  const shape = [...(promoted?.shape ?? data.shape)];
  const model = spec.ok && spec.value.input === null ? writeModel({ ...spec.value, input: [null, ...shape.slice(1)] }) : text;
  return { model, shape, values: data.values, note: promoted?.note ?? null };
}

/** A file; FILE:NAME for one array of several; - for standard input. @throws UnrollError */
async function dataOf(name: string): Promise<Pick<DataArray, "shape" | "values">> {
  if (name === "-") return inputData();
  const { file, array } = fileAndArray(name);
  const opened = await openArrays(file);
  if (opened === null) {
    if (fs.statSync(file).size > SELECTION_HARD_MAX_BYTES) throw longText();
    return textArray(file, readBytes(file));
  }
  try {
    const chosen = chooseArray(opened, array);
    return { shape: chosen.shape, values: await takeArray(chosen, MEMORY_DEFAULT_BYTES) };
  } finally {
    await opened.close();
  }
}

export function fileAndArray(name: string): { readonly file: string; readonly array: string | null } {
  const colon = name.lastIndexOf(":");
  const named = !fs.existsSync(name) && colon > 1;
  return named ? { file: name.slice(0, colon), array: name.slice(colon + 1) } : { file: name, array: null };
}

function longText(): UnrollError {
  const args = { limit: SELECTION_HARD_MAX_BYTES / 2 ** 20 };
  return new UnrollError(failure("TOO_LARGE", "A text that is read as a whole has {limit} MiB at most.", args));
}

async function inputData(): Promise<Pick<DataArray, "shape" | "values">> {
  const bytes = readBytes("-");
  const format = formatOf("", bytes);
  if (format === "text") return textArray("", bytes);
  if (format === "hdf5") throw new UnrollError(failure("UNSUPPORTED", "HDF5 cannot be read from standard input. Give the name of a file."));
  const chosen = chooseArray(await arraysOf(inMemory(bytes), format), null);
  return { shape: chosen.shape, values: await takeArray(chosen, MEMORY_DEFAULT_BYTES) };
}

/** A file's config, or a preset's; a preset to run takes whatever features the data has. @throws UnrollError */
export function modelText(name: string, open: boolean): string {
  const preset = fs.existsSync(name) ? undefined : presetById(name);
  if (preset === undefined) return readFile(name);
  const model = preset.build(null);
  return JSON.stringify(writeModel(open ? { ...model, input: null } : model));
}

const readFile = (file: string): string => readBytes(file).toString("utf8");

function readBytes(file: string): Buffer {
  try {
    return fs.readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new UnrollError(failure("INVALID_ARGUMENT", "{file} cannot be read: {reason}", { file, reason: (error as Error).message }));
  }
}
