/** Models in code as they cross from the reader to the host. */
import type { CodeReading, LayerReading, TextFix } from "../code/readings.js";
import type { Problem } from "../code/problems.js";
import type { Target } from "../code/write/code.js";
import type { Failure } from "../errors.js";
import { isErrorCode } from "../errors.js";
import type { Result } from "../result.js";
import type { Why, WhyRow } from "../model/why.js";
import { anyObject, array, type Decoder, finite, literal, message, natural, nullable, object, string } from "./decode.js";

export const targetNames: readonly Target[] = ["keras3", "pytorch", "numpy"];
export const target: Decoder<Target> = literal(...targetNames);

const place = { start: natural, end: natural };
/** A source of a megabyte holds some thousand models at most. */
const MANY = 2 ** 16;

const row: Decoder<WhyRow> = object<WhyRow>({ axis: literal("batch", "time", "features", "units"), size: string, reason: message });
const why: Decoder<Why> = object<Why>({ rule: message, rows: array(row, 16) });
const fix: Decoder<TextFix> = object<TextFix>({ ...place, label: message, text: string });
const problem: Decoder<Problem> = object<Problem>({ ...place, message });

const layer: Decoder<LayerReading> = object<LayerReading>({
  ...place,
  className: string,
  name: string,
  output: nullable(string),
  params: nullable(finite),
  formula: string,
  why: nullable(why),
  trouble: nullable(message),
  fixes: array(fix, 16),
});

const reading: Decoder<CodeReading> = object<CodeReading>({
  ...place,
  name: string,
  framework: literal("keras", "pytorch"),
  config: anyObject,
  layers: array(layer, MANY),
  problems: array(problem, MANY),
});

export const readings = array(reading, MANY);

const refusal: Decoder<Failure> = object<Failure>({
  code: (value) => (isErrorCode(value) ? value : undefined),
  message,
});

/** Code that was written, or why it was not. */
export const written: Decoder<Result<string>> = (value) => {
  const raw = anyObject(value);
  if (raw?.["ok"] === true) return object<Extract<Result<string>, { ok: true }>>({ ok: literal(true), value: string })(value);
  return object<Extract<Result<string>, { ok: false }>>({ ok: literal(false), error: refusal })(value);
};
