/** Bands as they cross processes. */
import type { BandBox, Extreme, Finding } from "../band.js";
import { type Decoder, natural, nullable, object } from "./decode.js";

/** Infinities are values too. */
const number: Decoder<number> = (value) => (typeof value === "number" ? value : undefined);

export const bandBox: Decoder<BandBox> = object<BandBox>({
  batch: natural,
  from: natural,
  steps: natural,
  unit: natural,
  units: natural,
  stepsPer: natural,
  unitsPer: natural,
  lead: natural,
});

const extreme: Decoder<Extreme> = object<Extreme>({ value: number, unit: natural, step: natural });

export const bandFinding: Decoder<Finding> = object<Finding>({
  lowest: nullable(extreme),
  highest: nullable(extreme),
  nan: natural,
  shut: natural,
  open: natural,
  beyond: natural,
});
