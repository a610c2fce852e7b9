/** What the designer says about layers, shapes and news, in the language of the editor. */
import { flagsOf } from "../../extension/core/model/defaults.js";
import { type LayerFlow, layerLabel } from "../../extension/core/model/shapes.js";
import { directionsOf, isRecurrent, type LayerSpec, type RecurrentSpec, statesOf } from "../../extension/core/model/spec.js";
import { language, t } from "../shared/l10n.js";
import type { Tuple } from "./axes.js";

/** "none by 4 by 16". */
export function spoken(dims: Tuple["dims"]): string {
  return dims.map((d) => d ?? t("none")).join(language().startsWith("ko") ? " × " : ` ${t("by")} `);
}

/** "Bidirectional LSTM", "Dense". */
export function title(layer: LayerSpec): string {
  if (layer.className === "RNN") return `RNN ${layer.cells.map((cell) => cell.className).join(", ")}`;
  return layer.className === "Bidirectional" ? `Bidirectional ${layer.layer.className}` : layer.className;
}

/** The number beside the title; empty where a layer has none. */
export function size(layer: LayerSpec): string {
  switch (layer.className) {
    case "Bidirectional":
      return String(layer.layer.units);
    case "RNN":
      return layer.cells.map((cell) => cell.units).join(", ");
    case "Embedding":
      return String(layer.outputDim);
    case "RepeatVector":
      return String(layer.n);
    case "Dropout":
      return String(layer.rate);
    case "Masking":
      return String(layer.maskValue);
    case "Activation":
      return layer.activation;
    case "Reshape":
      return `(${layer.targetShape.join(", ")})`;
    case "Flatten":
      return "";
    default:
      return String(layer.units);
  }
}

/** The forward layer of a recurrent layer or of its Bidirectional; of an RNN its last cell, with the RNN's own direction. */
export function recurrentOf(layer: LayerSpec): RecurrentSpec | null {
  if (layer.className === "RNN") return { ...(layer.cells.at(-1) as RecurrentSpec), ...flagsOf(layer) };
  return layer.className === "Bidirectional" ? layer.layer : isRecurrent(layer) ? layer : null;
}

/** "h, c" or "h", for both directions "h, c × 2". */
export function stateNames(layer: LayerSpec): string {
  const directions = directionsOf(layer);
  const first = directions[0];
  if (first === undefined) return "";
  if (layer.className === "RNN") return directions.flatMap((cell) => statesOf(cell.className)).join(", ");
  return statesOf(first.className).join(", ") + (directions.length > 1 ? " × 2" : "");
}

/** The second line of a card. */
export function description(layer: LayerSpec, flow: LayerFlow): string {
  const cell = recurrentOf(layer);
  if (cell !== null) {
    const parts = [cell.returnSequences ? t("every step") : t("last step only")];
    if (cell.returnState) parts.push(`+ ${stateNames(layer)}`);
    if (cell.goBackwards) parts.push(t("time reversed"));
    if (cell.stateful) parts.push(t("keeps its state"));
    return [...parts, cell.activation].join(" · ");
  }
  if (layer.className === "Dense") {
    return flow.outputs[0]?.length === 3 ? `${layer.activation} · ${t("each step alike")}` : layer.activation;
  }
  return purpose(layer.className);
}

/** One line on what a layer is for: menus, and the cards of helper layers. */
export function purpose(className: LayerSpec["className"]): string {
  switch (className) {
    case "SimpleRNN":
      return t("One state, no gates");
    case "GRU":
      return t("2 gates");
    case "LSTM":
      return t("3 gates and a cell state");
    case "Bidirectional":
      return t("Reads both ways, then joins");
    case "RNN":
      return t("Cells, one after the other in every step");
    case "Dense":
      return t("Weighted sum of each step");
    case "Embedding":
      return t("Ids to vectors");
    case "RepeatVector":
      return t("One vector to a sequence");
    case "Dropout":
      return t("Random zeros in training");
    case "Masking":
      return t("Leaves out steps of padding");
    case "Activation":
      return t("A function of each number");
    case "Flatten":
      return t("All steps side by side");
    case "Reshape":
      return t("The same numbers in another shape");
  }
}

/** The text of a head's name that is not on the screen: after the title. */
export function spokenHead(layer: LayerSpec, output: Tuple["dims"]): string {
  const units = recurrentOf(layer)?.units ?? (layer.className === "Dense" ? layer.units : null);
  const shape = t(", output {shape}", { shape: spoken(output) });
  return (units === null ? "" : t(", {units} units", { units })) + shape;
}

export { layerLabel };
