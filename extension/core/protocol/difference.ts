/** Differences of tensors as they cross processes. */
import type { Difference, DifferencePlace } from "../difference.js";
import { boolean, type Decoder, natural, nullable, object } from "./decode.js";

/** Infinite and no numbers are what a comparison may be about. */
const number: Decoder<number> = (value) => (typeof value === "number" ? value : undefined);
const floats: Decoder<Float32Array> = (value) => (value instanceof Float32Array ? value : undefined);

export const differencePartFields = { offsetA: natural, offsetB: natural, units: natural, mirrored: boolean, descending: boolean };

const place = nullable(object<DifferencePlace>({ batch: natural, step: natural, unit: natural, a: number, b: number }));

export const differenceOfParts: Decoder<Difference> = object<Difference>({
  largest: number,
  at: place,
  first: place,
  steps: floats,
  span: natural,
});
