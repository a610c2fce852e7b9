/** A run as it is kept over a reload: what is needed to show it, and to compute its values again. Its numbers stand in a file of their own. */
import type { DeviceKind, DeviceView } from "../protocol/device.js";
import {
  anyObject,
  array,
  boolean,
  type Decoder,
  finite,
  integer,
  literal,
  natural,
  nullable,
  object,
  string,
} from "../protocol/decode.js";
import { deviceView } from "../protocol/designer.js";
import { runTensor, type RunTensor, type Timing } from "../protocol/engine.js";

/** Files of another version are left alone. */
export const KEPT_VERSION = 1;

export interface KeptSource {
  readonly uri: string;
  readonly languageId: string;
  /** −1: several selections. */
  readonly offset: number;
  /** Line and character of start and end, from 0. */
  readonly range: readonly number[];
}

/** What the file of numbers holds, in this order. */
export interface KeptData {
  /** As the model got it; float32 values. */
  readonly shape: readonly number[];
  /** One byte a time step: 1 where a number was written. */
  readonly masked: boolean;
  /** States that stateful layers began with, [B, H] each; null: none. */
  readonly states: readonly (readonly number[])[] | null;
  /** UTF-8 bytes of the selected text. */
  readonly textBytes: number;
  /** Of the whole file. */
  readonly crc: number;
}

export interface KeptRun {
  readonly version: typeof KEPT_VERSION;
  readonly id: string;
  /** Counts the runs of a workspace, from 1. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly when: number;
  /** Empty: called by its number. */
  readonly title: string;
  readonly pinned: boolean;
  /** Of live mode: the next one takes its place. */
  readonly live: boolean;
  /** Its repetition ended the engine: nothing computes it again by itself. */
  readonly fatal: boolean;
  /** A Keras config. */
  readonly model: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** The device that this run alone was sent to; null: the setting's. */
  readonly asked: DeviceKind | null;
  readonly device: DeviceView;
  readonly tensors: readonly RunTensor[];
  readonly timing: Timing;
  readonly name: string;
  readonly written: readonly number[];
  readonly notes: readonly string[];
  readonly source: KeptSource;
  readonly data: KeptData;
}

const shape = array(natural, 8);

const decodeKept: Decoder<KeptRun> = object<KeptRun>({
  version: literal(KEPT_VERSION),
  id: (value) => (typeof value === "string" && /^[\w-]{1,64}$/.test(value) ? value : undefined),
  number: natural,
  when: natural,
  title: string,
  pinned: boolean,
  live: boolean,
  fatal: boolean,
  model: anyObject,
  seed: finite,
  asked: nullable(literal("cuda", "cpu", "js")),
  device: deviceView,
  tensors: array(runTensor),
  timing: object<Timing>({ computeMs: finite, copyMs: finite, totalMs: finite }),
  name: string,
  written: shape,
  notes: array(string, 64),
  source: object<KeptSource>({ uri: string, languageId: string, offset: integer, range: array(natural, 4) }),
  data: object<KeptData>({
    shape,
    masked: boolean,
    states: nullable(array(shape, 512)),
    textBytes: natural,
    crc: natural,
  }),
});

export function writeKept(run: KeptRun): string {
  // JSON has no infinities, and the extremes of a tensor can be some.
  return JSON.stringify(run, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value,
  );
}

/** undefined: no run, or one of another version. */
export function readKept(text: string): KeptRun | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text, (_, part: unknown) => infinityOf(part) ?? part);
  } catch {
    return undefined;
  }
  const run = decodeKept(value);
  return run !== undefined && run.source.range.length === 4 ? run : undefined;
}

function infinityOf(part: unknown): number | undefined {
  const text = anyObject(part)?.["$number"];
  return text === "Infinity" || text === "-Infinity" || text === "NaN" ? Number(text) : undefined;
}

const product = (sizes: readonly number[]): number => sizes.reduce((size, d) => size * d, 1);

/** Bytes of the parts of the file of numbers: values, mask, states, text. */
export function partsOf({ shape: sizes, masked, states, textBytes }: KeptData): {
  readonly values: number;
  readonly mask: number;
  readonly states: readonly number[];
  readonly text: number;
  readonly total: number;
} {
  const values = 4 * product(sizes);
  const mask = masked ? (sizes[0] ?? 0) * (sizes[1] ?? 0) : 0;
  const each = (states ?? []).map((state) => 4 * product(state));
  const total = values + mask + each.reduce((sum, bytes) => sum + bytes, 0) + textBytes;
  return { values, mask, states: each, text: textBytes, total };
}

/** Runs that go when there are too many: the oldest that nobody pinned. The newest always stays. @param runs newest first */
export function surplusOf(runs: readonly KeptRun[], most: { readonly count: number; readonly bytes: number }): KeptRun[] {
  let [count, bytes] = [0, 0];
  return runs.filter((run, i) => {
    bytes += partsOf(run.data).total;
    if (run.pinned) return false;
    count++;
    return i > 0 && (count > most.count || bytes > most.bytes);
  });
}
