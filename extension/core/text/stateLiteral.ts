/** A state that somebody typed: numbers of one shape, (units,) standing for a batch of one. */
import { type Failure, failure } from "../errors.js";
import { shapeText } from "../model/shapes.js";
import { err, ok, type Result } from "../result.js";
import { parseSelection } from "./parseSelection.js";

export interface WantedState {
  readonly name: string;
  readonly units: number;
  /** null: any, as no run has fixed it yet. */
  readonly batch: number | null;
}

export interface TypedState {
  readonly shape: readonly [number, number];
  readonly data: Float32Array;
}

export function readState(text: string, { name, units, batch }: WantedState): Result<TypedState> {
  const read = parseSelection(text, { languageId: "python" });
  if (!read.ok) return err({ code: "PARSE", message: read.message });
  const { shape } = read;
  const rows = shape.length === 1 ? 1 : (shape[0] ?? 0);
  const fits = (shape.length === 1 || shape.length === 2) && shape.at(-1) === units && rows > 0 && (batch === null || rows === batch);
  if (!fits) return err(misfit(name, [batch, units], shape));
  // A state that is no number would make every step after it none.
  if (!read.values.every((value) => Number.isFinite(value))) return err(failure("INVALID_ARGUMENT", "A state has finite numbers only."));
  return ok({ shape: [rows, units], data: read.values.slice(0, rows * units) });
}

/** The text that `readState` reads back to the same float32 numbers. */
export function writeState({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): string {
  const [rows = 0, units = 0] = shape;
  const row = (b: number): string => `[${Array.from({ length: units }, (_, k) => shortest(data[b * units + k] as number)).join(", ")}]`;
  return `[${Array.from({ length: rows }, (_, b) => row(b)).join(", ")}]`;
}

/** The fewest digits that give the same float32. */
function shortest(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Object.is(Math.fround(Number(text)), value)) return text;
  }
  return String(value);
}

function misfit(name: string, expected: readonly (number | null)[], got: readonly number[]): Failure {
  return failure("SHAPE_MISMATCH", "The state {name} has to have shape {expected}; got {got}.", {
    name,
    expected: shapeText(expected),
    got: shapeText(got),
  });
}
