/** What Gates shows: of one layer, direction or cell its gates and states over time, and how many of their values are saturated. */
import type { Finding } from "../../extension/core/band.js";
import type { TensorView } from "../../extension/core/protocol/results.js";
import type { Quantity } from "../../extension/core/trace/trace.js";
import { batchOf, type Outputs, isReversed, partOf, type Strip, stripsOf } from "./outputs.js";
import { gatesOf, type LayerPart, layerParts, stripOf, type Traced } from "./parts.js";
import { niceScale } from "./numbers.js";

export interface Panel {
  readonly key: Quantity;
  /** As strips are drawn; its id is that of the part's strip in Heat, so that both share the cell that was looked at. */
  readonly strip: Strip;
  /** amount: within 0 and 1, as a sigmoid's values; signed: anything else. */
  readonly kind: "amount" | "signed";
  readonly scale: number;
  readonly traced: (unit: number) => Traced;
}

/** Parts that have gates. */
export function gatedParts(outputs: Outputs): readonly LayerPart[] {
  return layerParts(outputs).filter((part) => gatesOf(part).length > 0);
}

/** The part whose strip was looked at last, or the first. */
export function gatedPart(outputs: Outputs, strip: string): LayerPart | null {
  const parts = gatedParts(outputs);
  return parts.find((part) => stripOf(outputs, part)?.id === strip) ?? parts[0] ?? null;
}

/** Whether there is a recurrent layer of whose steps the run itself kept nothing, as Keras returns it unless asked for sequences. */
export function lacksSteps(outputs: Outputs): boolean {
  const layers = new Set(stripsOf(outputs).map(({ layer }) => layer));
  return layerParts(outputs).some((part) => part.own !== null && !layers.has(part.layer));
}

/** Numbers of all gates and states of every step. */
export function numbersOfSteps(outputs: Outputs): number {
  const perUnit = (part: LayerPart): number => gatesOf(part).length + 2;
  const sizes = layerParts(outputs).map((part) => (part.own === null ? 0 : batchOf(outputs) * part.steps * part.units * perUnit(part)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Gates in the order of their formula, then the states; those that were captured. */
export function panelsOf(outputs: Outputs, part: LayerPart): readonly Panel[] {
  const states: readonly Quantity[] = part.own?.className === "LSTM" ? ["c", "h"] : ["h"];
  return [...gatesOf(part), ...states].flatMap((key) => {
    const tensor = outputs.run.tensors.find((one) => isOf(one, part, key));
    return tensor === undefined ? [] : [panelOf(outputs, part, key, tensor)];
  });
}

function isOf(tensor: TensorView, part: LayerPart, key: Quantity): boolean {
  const about = partOf(tensor);
  const role = key === "c" || key === "h" ? "every" : "gate";
  return (
    tensor.layer === part.layer &&
    about.role === role &&
    about.key === key &&
    about.direction === part.direction &&
    (about.cell ?? 0) === (part.cell ?? 0)
  );
}

function panelOf(outputs: Outputs, part: LayerPart, key: Quantity, tensor: TensorView): Panel {
  const strip: Strip = {
    id: stripOf(outputs, part)?.id ?? part.id,
    tensor,
    layer: part.layer,
    name: tensor.layerName,
    className: part.own?.className ?? "",
    title: part.title,
    direction: part.direction,
    cell: part.cell,
    what: "h",
    offset: 0,
    units: part.units,
    flipped: isReversed(tensor, part.spec),
    reversed: part.reversed,
  };
  const [least, most] = [tensor.min ?? 0, tensor.max ?? 0];
  const gate = key !== "c" && key !== "h" && key !== "candidate";
  const largest = Math.max(...[least, most].filter((v) => Number.isFinite(v)).map(Math.abs), 0);
  const kind = gate && least >= 0 && most <= 1 ? "amount" : "signed";
  const scale = key !== "c" && largest <= 1 ? 1 : niceScale(largest);
  return { key, strip, kind, scale, traced: (unit) => ({ layer: part.layer, part: part.part, unit, quantity: key }) };
}

export interface GateCounts {
  /** Values of gates that lie within 0 and 1, and those of them below 0.05 or above 0.95. */
  readonly gates: number;
  readonly saturated: number;
  readonly candidates: number;
  readonly beyond: number;
}

/** Of all panels together. `findings` are in their order, each over `values` values. */
export function countGates(panels: readonly Panel[], findings: readonly Finding[], values: number): GateCounts {
  let [gates, saturated, candidates, beyond] = [0, 0, 0, 0];
  panels.forEach(({ key, kind }, i) => {
    const finding = findings[i] as Finding;
    if (kind === "amount") {
      gates += values;
      saturated += finding.shut + finding.open;
    } else if (key === "candidate") {
      candidates += values;
      beyond += finding.beyond;
    }
  });
  return { gates, saturated, candidates, beyond };
}

/** The one of a state that is farthest from 0. */
export function farthest({ lowest, highest }: Finding): NonNullable<Finding["highest"]> | null {
  if (lowest === null || highest === null) return lowest ?? highest;
  return Math.abs(lowest.value) > Math.abs(highest.value) ? lowest : highest;
}
