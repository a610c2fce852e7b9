/** A run on a file that does not fit into memory: what is asked for, how far it is, and what came of it. */
import type { Message } from "../messages.js";
import { decodeReading, type Reading } from "../reading/reading.js";
import { array, type Decoder, finite, literal, message, natural, nullable, object, string } from "./decode.js";

export interface FileOrder {
  readonly path: string;
  /** Its name within the file; null: the only one, or a text. */
  readonly array: string | null;
  readonly reading: Reading;
  /** The .npy file of the result; nothing may be there yet. */
  readonly output: string;
}

/** What a file that is being written is called until it is whole. */
export const partOf = (file: string): string => `${file}.part`;

/** The numbers of a text, while they are needed. */
export const spoolOf = (output: string): string => `${output}.numbers`;

/** What an engine that was ended may leave beside the file. */
export function leftovers(output: string): string[] {
  return [partOf(output), spoolOf(output), partOf(spoolOf(output))];
}

/** The numbers of a text are read, a scale is fitted, the pieces are computed. */
export const fileStages = ["reading", "fitting", "computing"] as const;
export type FileStage = (typeof fileStages)[number];

export interface FileOutcome {
  /** Of the data as the model got them, and of the result. */
  readonly input: readonly number[];
  readonly shape: readonly number[];
  readonly pieces: number;
  readonly notes: readonly Message[];
  readonly totalMs: number;
}

export const fileOrder: Decoder<FileOrder> = object<FileOrder>({
  path: string,
  array: nullable(string),
  reading: decodeReading,
  output: string,
});

/** Progress of other requests has no stage. */
export const fileStage: Decoder<FileStage | null> = (value) =>
  value === undefined || value === null ? null : literal(...fileStages)(value);

const shape = array(natural, 8);
export const fileOutcome: Decoder<FileOutcome> = object<FileOutcome>({
  input: shape,
  shape,
  pieces: natural,
  notes: array(message, 4096),
  totalMs: finite,
});
