/** "Why 896 parameters?": each weight of a layer, its size with this model's numbers, and what it is for. */
import { type Message, msg } from "../messages.js";
import { directionsOf, featuresInto, type LayerSpec, prefixOf, type RecurrentSpec } from "./spec.js";

export interface WeightRow {
  /** As Keras names it: "kernel", "backward/bias". */
  readonly name: string;
  /** "5 × 8 × 4". */
  readonly sum: string;
  readonly reason: Message;
}

/** One row a weight. A mirrored Bidirectional has one set of rows, to be counted twice. @param features `null`: not known, shown as D */
export function whyParameters(layer: LayerSpec, features: number | null): { readonly rows: readonly WeightRow[]; readonly twice: boolean } {
  const directions = directionsOf(layer);
  const into = features ?? "D";
  if (directions.length > 0) {
    const twice = layer.className === "Bidirectional" && alike(layer.layer, layer.backward);
    const shown = twice ? directions.slice(0, 1) : directions;
    const rows = shown.flatMap((cell, i) => cellRows(cell, featuresInto(layer, i, into), twice ? "" : prefixOf(layer, i)));
    return { rows, twice };
  }
  return { rows: plainRows(layer, into), twice: false };
}

/** The same number of weights in each place. */
function alike(a: RecurrentSpec, b: RecurrentSpec): boolean {
  return a.className === b.className && a.units === b.units && a.useBias === b.useBias && a.resetAfter === b.resetAfter;
}

function plainRows(layer: LayerSpec, into: number | string): WeightRow[] {
  if (layer.className === "Embedding") {
    const reason = msg("{n} numbers for each of {v} ids", { n: layer.outputDim, v: layer.inputDim });
    return [{ name: "embeddings", sum: `${layer.inputDim} × ${layer.outputDim}`, reason }];
  }
  if (layer.className !== "Dense") return [];
  const kernel: WeightRow = { name: "kernel", sum: `${into} × ${layer.units}`, reason: msg("from each feature to each unit") };
  return layer.useBias ? [kernel, { name: "bias", sum: String(layer.units), reason: msg("one for each unit") }] : [kernel];
}

function cellRows(cell: RecurrentSpec, into: number | string, prefix: string): WeightRow[] {
  const h = cell.units;
  const gates = cell.className === "LSTM" ? " × 4" : cell.className === "GRU" ? " × 3" : "";
  const twoBiases = cell.className === "GRU" && cell.resetAfter;
  const rows: WeightRow[] = [
    { name: `${prefix}kernel`, sum: `${into} × ${h}${gates}`, reason: gated(cell, "kernel") },
    { name: `${prefix}recurrent_kernel`, sum: `${h} × ${h}${gates}`, reason: gated(cell, "recurrent") },
  ];
  if (!cell.useBias) return rows;
  return [
    ...rows,
    { name: `${prefix}bias`, sum: `${twoBiases ? "2 × " : ""}${h}${gates}`, reason: gated(cell, twoBiases ? "biases" : "bias") },
  ];
}

/** Keras keeps the weights of all gates side by side in one tensor. */
function gated({ className }: RecurrentSpec, part: "kernel" | "recurrent" | "bias" | "biases"): Message {
  if (className === "SimpleRNN") {
    if (part === "kernel") return msg("from each feature to each unit");
    return part === "recurrent" ? msg("from each unit to each unit of the next step") : msg("one for each unit");
  }
  if (className === "LSTM") {
    if (part === "kernel") return msg("from each feature to each unit, for 3 gates and the candidate");
    return part === "recurrent" ? msg("from each unit to each unit of the next step, 4 times") : msg("one for each unit, 4 times");
  }
  if (part === "kernel") return msg("from each feature to each unit, for 2 gates and the candidate");
  if (part === "recurrent") return msg("from each unit to each unit of the next step, 3 times");
  return part === "biases" ? msg("reset_after has two biases for each unit, 3 times") : msg("one for each unit, 3 times");
}
