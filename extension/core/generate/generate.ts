/** Sequences to try a recurrent layer on, as CSV with a header: the same seed gives the same text on every machine. */
import { type Failure, failure } from "../errors.js";
import { type Message, msg } from "../messages.js";
import { Random } from "../model/random.js";
import { err, ok, type Result } from "../result.js";

export type GeneratorKind = "sine" | "random_walk" | "adding" | "copy";

export interface GeneratorOptions {
  /** Rows of the CSV. */
  readonly steps: number;
  /** Columns; of a kind with columns of its own it is not read. */
  readonly features: number;
  readonly seed: number;
}

interface Generator {
  readonly kind: GeneratorKind;
  readonly label: Message;
  readonly detail: Message;
  /** Its columns; null: as many as are wanted, named x1, x2 … */
  readonly columns: readonly string[] | null;
  readonly leastSteps: number;
  /** [steps][columns] */
  readonly rows: (options: GeneratorOptions, random: Random) => number[][];
}

/** More numbers are no example any more, and slow to show as text. */
export const MOST_GENERATED = 1_000_000;

/** Symbols of the copy task: 0 is blank, 9 asks for the copy, 1 to 8 are what is to be remembered. */
const SYMBOLS = 8;
const RECALL = 9;
const MOST_REMEMBERED = 10;

export const generators: readonly Generator[] = [
  {
    kind: "sine",
    label: msg("Sine"),
    detail: msg("Waves of random period and phase, with a little noise"),
    columns: null,
    leastSteps: 1,
    rows: sine,
  },
  {
    kind: "random_walk",
    label: msg("Random walk"),
    detail: msg("Sums of normal steps"),
    columns: null,
    leastSteps: 1,
    rows: randomWalk,
  },
  {
    kind: "adding",
    label: msg("Adding problem"),
    detail: msg("Random values, two of them marked: a network is to remember both and add them"),
    columns: ["value", "marker"],
    leastSteps: 2,
    rows: adding,
  },
  {
    kind: "copy",
    label: msg("Copy task"),
    detail: msg("Symbols 1 to 8, blanks, then 9: a network is to repeat the symbols"),
    columns: ["symbol"],
    leastSteps: 3,
    rows: copy,
  },
];

/** Why there is no such sequence, or null. */
export function refusedSize(kind: GeneratorKind, { steps, features }: GeneratorOptions): Failure | null {
  const { columns, leastSteps } = find(kind);
  const width = columns?.length ?? features;
  if (!Number.isSafeInteger(steps) || steps < leastSteps)
    return failure("INVALID_ARGUMENT", "At least {least} steps, as a whole number.", { least: leastSteps });
  if (!Number.isSafeInteger(width) || width < 1) return failure("INVALID_ARGUMENT", "At least 1 feature, as a whole number.");
  if (steps * width > MOST_GENERATED)
    return failure("TOO_LARGE", "{count} numbers; the limit is {limit}.", { count: steps * width, limit: MOST_GENERATED });
  return null;
}

/** CSV: a header, then a row a step. */
export function generate(kind: GeneratorKind, options: GeneratorOptions): Result<string> {
  const refused = refusedSize(kind, options);
  if (refused !== null) return err(refused);
  const { columns, rows } = find(kind);
  const header = columns ?? Array.from({ length: options.features }, (_, d) => `x${d + 1}`);
  const lines = rows(options, new Random(options.seed)).map((row) => row.map(written).join(","));
  return ok(`${[header.join(","), ...lines].join("\n")}\n`);
}

function find(kind: GeneratorKind): Generator {
  return generators.find((generator) => generator.kind === kind) as Generator;
}

/** Four decimals are enough to see a curve, and short enough to read. */
function written(value: number): string {
  const text = String(Number(value.toFixed(4)));
  return text === "-0" ? "0" : text;
}

function sine({ steps, features }: GeneratorOptions, random: Random): number[][] {
  const waves = Array.from({ length: features }, () => ({
    period: Math.max(4, steps * (1 / 8 + random.uniform() * (3 / 8))),
    phase: 2 * Math.PI * random.uniform(),
    size: 0.5 + random.uniform(),
  }));
  return Array.from({ length: steps }, (_, t) =>
    waves.map(({ period, phase, size }) => size * Math.sin((2 * Math.PI * t) / period + phase) + 0.05 * random.normal()),
  );
}

function randomWalk({ steps, features }: GeneratorOptions, random: Random): number[][] {
  const at = new Array<number>(features).fill(0);
  return Array.from({ length: steps }, () => at.map((value, d) => (at[d] = value + random.normal())));
}

/** A marked value in each half. Source: Hochreiter & Schmidhuber 1997, experiment 4, in the form of Le et al. 2015. */
function adding({ steps }: GeneratorOptions, random: Random): number[][] {
  const half = Math.floor(steps / 2);
  const marked = new Set([Math.floor(random.uniform() * half), half + Math.floor(random.uniform() * (steps - half))]);
  return Array.from({ length: steps }, (_, t) => [random.uniform(), marked.has(t) ? 1 : 0]);
}

/** Symbols, blanks, the question, and as many blanks as there were symbols. Source: Hochreiter & Schmidhuber 1997; Arjovsky et al. 2016. */
function copy({ steps }: GeneratorOptions, random: Random): number[][] {
  const count = Math.min(MOST_REMEMBERED, Math.floor((steps - 1) / 2));
  return Array.from({ length: steps }, (_, t) => {
    if (t < count) return [1 + Math.floor(random.uniform() * SYMBOLS)];
    return [t === steps - count - 1 ? RECALL : 0];
  });
}
