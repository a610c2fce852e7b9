/** "Why this shape?": the rule of a layer's output, and where each number comes from. */
import { type Message, msg } from "../messages.js";
import { flowOf, layerLabel } from "./shapes.js";
import { directionsOf, type LayerSpec, type ModelSpec, returnsSequences, type SymbolicShape } from "./spec.js";

export interface WhyRow {
  readonly axis: "batch" | "time" | "features" | "units";
  readonly size: string;
  readonly reason: Message;
}

export interface Why {
  readonly rule: Message;
  readonly rows: readonly WhyRow[];
}

const text = (size: number | null | undefined): string => (size === null || size === undefined ? "None" : String(size));

/** Explains the first output of layer `index`; −1: the input. */
export function whyShape(model: ModelSpec, index: number): Why {
  const layer = model.layers[index];
  if (layer === undefined) return whyInput(model.input ?? []);
  const flow = flowOf(model)[index];
  const input = flow?.input ?? null;
  const output = flow?.outputs[0] ?? [];
  const batch: WhyRow = { axis: "batch", size: text(output[0]), reason: input?.[0] == null ? msg("as it came in") : msg("fixed in Input") };
  if (directionsOf(layer).length > 0) return recurrentWhy(layer, input, output, batch);
  return { rule: ruleOf(layer, output), rows: [batch, ...middleRows(layer, output), lastRow(layer, output)].slice(0, output.length) };
}

function whyInput(input: SymbolicShape): Why {
  const axes = input.length === 2 ? (["batch", "features"] as const) : (["batch", "time", "features"] as const);
  return {
    rule: input.length === 2 ? msg("(batch, features)") : msg("(batch, time, features)"),
    rows: input.slice(0, axes.length).map((size, i) => ({
      axis: axes[i] ?? "features",
      size: text(size),
      reason: size === null ? msg("whatever the data has") : msg("fixed in Input"),
    })),
  };
}

function recurrentWhy(layer: LayerSpec, input: SymbolicShape | null, output: SymbolicShape, batch: WhyRow): Why {
  const directions = directionsOf(layer);
  const sequences = returnsSequences(layer);
  const rows: WhyRow[] = [batch];
  if (input !== null && input.length < 3) {
    rows.push({ axis: "time", size: "–", reason: msg("missing: {layer} reads step by step", { layer: layerLabel(layer) }) });
  } else if (sequences) {
    const reason = directions[0]?.goBackwards
      ? msg("return_sequences keeps every step; go_backwards puts the last one first")
      : msg("return_sequences keeps every step");
    rows.push({ axis: "time", size: text(output[1]), reason });
  } else {
    rows.push({ axis: "time", size: "–", reason: msg("gone: only the last step is returned") });
  }
  let reason = msg("units of {layer}", { layer: layer.className === "RNN" ? (directions.at(-1)?.className ?? "") : layer.className });
  if (layer.className === "Bidirectional") {
    const [forward, backward] = [layer.layer.units, layer.backward.units];
    if (layer.mergeMode === "concat") reason = msg("{forward} forward + {backward} backward (concat)", { forward, backward });
    else if (layer.mergeMode === null) reason = msg("each direction by itself");
    else reason = msg("forward and backward: {mode}", { mode: layer.mergeMode });
  }
  rows.push({ axis: "units", size: text(output.at(-1)), reason });
  const joined = layer.className === "Bidirectional" && layer.mergeMode === "concat";
  const twice = joined && layer.layer.units === layer.backward.units;
  if (joined && !twice) {
    const rule = sequences
      ? msg("(batch, time, features) → (batch, time, forward units + backward units)")
      : msg("(batch, time, features) → (batch, forward units + backward units)");
    return { rule, rows };
  }
  if (sequences)
    return {
      rule: twice ? msg("(batch, time, features) → (batch, time, 2 × units)") : msg("(batch, time, features) → (batch, time, units)"),
      rows,
    };
  return { rule: twice ? msg("(batch, time, features) → (batch, 2 × units)") : msg("(batch, time, features) → (batch, units)"), rows };
}

function ruleOf(layer: LayerSpec, output: SymbolicShape): Message {
  switch (layer.className) {
    case "Dense":
      return output.length === 3 ? msg("(batch, time, features) → (batch, time, units)") : msg("(batch, features) → (batch, units)");
    case "Embedding":
      return msg("(batch, time) → (batch, time, units)");
    case "RepeatVector":
      return msg("(batch, features) → (batch, time, features)");
    case "Flatten":
      return msg("(batch, time, features) → (batch, time × features)");
    case "Reshape":
      return msg("the same numbers in another shape");
    default:
      return msg("the shape stays as it is");
  }
}

function middleRows(layer: LayerSpec, output: SymbolicShape): WhyRow[] {
  if (output.length < 3) return [];
  const reason =
    layer.className === "RepeatVector"
      ? msg("the vector, {n} times", { n: layer.n })
      : layer.className === "Reshape"
        ? msg("target_shape")
        : msg("as it came in");
  return output.slice(1, -1).map((size) => ({ axis: "time", size: text(size), reason }));
}

function lastRow(layer: LayerSpec, output: SymbolicShape): WhyRow {
  const size = text(output.at(-1));
  if (layer.className === "Dense") return { axis: "units", size, reason: msg("units of {layer}", { layer: layer.className }) };
  if (layer.className === "Embedding") return { axis: "units", size, reason: msg("one vector for each id") };
  if (layer.className === "Flatten") return { axis: "features", size, reason: msg("all steps side by side") };
  if (layer.className === "Reshape") return { axis: "features", size, reason: msg("target_shape") };
  return { axis: "features", size, reason: msg("as it came in") };
}
