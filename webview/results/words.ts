/** Names of axes, tensors and findings in the user's language. */
import type { Finding } from "../../extension/core/band.js";
import { directionsOf, type LayerSpec } from "../../extension/core/model/spec.js";
import type { DeviceKind } from "../../extension/core/protocol/device.js";
import type { TensorView } from "../../extension/core/protocol/results.js";
import { axisWord } from "../shared/axisWord.js";
import { t } from "../shared/l10n.js";
import { clip } from "./names.js";
import { fixed } from "./numbers.js";
import { type Direction, isReversed, partOf, type Strip } from "./outputs.js";

/** Most characters of a layer's or variable's name. */
const NAME = 60;

export function kindWord(kind: DeviceKind): string {
  switch (kind) {
    case "cuda":
      return t("GPU (CUDA)");
    case "cpu":
      return t("CPU (native)");
    case "js":
      return t("JavaScript");
  }
}

export function directionWord(direction: Direction): string {
  return direction === "forward" ? t("forward") : t("backward");
}

/** "sequence", "h", "c̃" … as the tree and the cards say it. */
export function tensorWord(tensor: TensorView): string {
  const { role, key } = partOf(tensor);
  switch (role) {
    case "input":
      return clip(tensor.name, NAME);
    case "output":
      return tensor.axes.includes("time") ? t("sequence") : t("output");
    case "every":
      return key === "h" ? t("sequence") : key;
    case "gate":
      return key === "candidate" ? "c̃" : key;
    case "last":
      return key;
  }
}

/** What a short name stands for; empty where the name says it. */
export function tensorNote(tensor: TensorView): string {
  const { role, key } = partOf(tensor);
  switch (role) {
    case "input":
      return tensor.axes.includes("axis") ? "" : t("input");
    case "output":
      return "";
    case "every":
      return key === "h" ? "" : t("every step");
    case "last":
      return key === "c" ? t("last cell state") : t("last state");
    case "gate":
      return gateWord(key);
  }
}

export function gateWord(key: string): string {
  switch (key) {
    case "i":
      return t("input gate");
    case "f":
      return t("forget gate");
    case "o":
      return t("output gate");
    case "candidate":
      return t("candidate");
    case "z":
      return t("update gate");
    case "r":
      return t("reset gate");
    default:
      return key;
  }
}

export function cellWord(cell: number): string {
  return t("cell {n}", { n: cell + 1 });
}

/** "forward" of a direction, "cell 1" of the first of an RNN's cells; empty where a layer has one of both. */
export function partWord({ direction, cell }: { readonly direction: Direction | null; readonly cell: number | null }): string {
  return direction !== null ? directionWord(direction) : cell !== null ? cellWord(cell) : "";
}

/** Where a tensor comes from: "bidirectional · forward", "rnn · cell 2". */
export function originWord(tensor: TensorView, sourceName: string): string {
  return tensor.layer < 0 ? clip(sourceName, NAME) : joined(clip(tensor.layerName, NAME), partWord(partOf(tensor)));
}

const joined = (name: string, part: string): string => (part === "" ? name : `${name} · ${part}`);

export function isRecurrentSpec(spec: LayerSpec | null): boolean {
  return spec !== null && directionsOf(spec).length > 0;
}

/** "time"; "axis 2" of an array in a file, whose axes have no names. */
export function axisName(tensor: TensorView, axis: number): string {
  const name = tensor.axes[axis] ?? "units";
  return name === "axis" ? t("axis {n}", { n: axis }) : axisWord(name);
}

/** "time", or "time, reversed" where the stored steps run from the last to the first. */
export function axisTitle(tensor: TensorView, spec: LayerSpec | null, axis: number): string {
  return tensor.axes[axis] === "time" && isReversed(tensor, spec) ? t("time, reversed") : axisName(tensor, axis);
}

/** "LSTM · forward". */
export function stripWord(strip: Strip): string {
  if (strip.what === "input") return t("x · input");
  return joined(clip(strip.title, NAME), partWord(strip));
}

export function unitWord(strip: Strip, unit: number): string {
  return strip.what === "input" ? t("feature {n}", { n: unit + 1 }) : t("unit {n}", { n: unit + 1 });
}

export function unitsWord(strip: Strip): string {
  return strip.what === "input" ? t("{n} features", { n: strip.units }) : t("{n} units", { n: strip.units });
}

/** One sentence with the finding in numbers; the chart's accessible name too. */
export function findingWord(strip: Strip, finding: Pick<Finding, "lowest" | "highest" | "nan">, steps: number): string {
  const { lowest, highest, nan } = finding;
  const name = stripWord(strip);
  const units = unitsWord(strip);
  const broken = nan === 0 ? "" : ` ${t("{n} values are NaN.", { n: nan })}`;
  if (lowest === null || highest === null) return `${t("{name}: {units} by {steps} steps.", { name, units, steps })}${broken}`;
  return (
    t("{name}: {units} by {steps} steps. Lowest {low} at step {lowStep}, {lowUnit}. Highest {high} at step {highStep}, {highUnit}.", {
      name,
      units,
      steps,
      low: fixed(lowest.value, 2),
      lowStep: lowest.step + 1,
      lowUnit: unitWord(strip, lowest.unit),
      high: fixed(highest.value, 2),
      highStep: highest.step + 1,
      highUnit: unitWord(strip, highest.unit),
    }) + broken
  );
}
