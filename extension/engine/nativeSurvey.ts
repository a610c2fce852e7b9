/** A stretch of a tensor surveyed by the addon, at the memory's speed. */
import { type BandBox, cellsOf, type Survey } from "../core/band.js";
import type { NativeAddon } from "./binding.js";
import { toUnrollError } from "./nativeErrors.js";

/** As `surveyed` in core/band.ts, of a box that lies in the tensor. */
export function nativeSurvey(
  addon: NativeAddon,
  data: Float32Array,
  at: { readonly first: number; readonly stride: number },
  box: BandBox,
): Survey {
  const { steps, units, stepsPer, unitsPer, lead } = box;
  const [low, high] = [new Float32Array(cellsOf(box)), new Float32Array(cellsOf(box))];
  try {
    return { low, high, counts: addon.survey({ data, ...at, steps, units, stepsPer, unitsPer, lead, low, high }) };
  } catch (error) {
    throw toUnrollError(error, "cpu");
  }
}
