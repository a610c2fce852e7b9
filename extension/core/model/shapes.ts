/** Symbolic shapes through the stack, what does not fit, and the edits that would mend it. */
import { type Failure, failure } from "../errors.js";
import { type Message, msg } from "../messages.js";
import type { ModelEdit } from "./edit.js";
import { limits } from "./limits.js";
import { parameterCount } from "./params.js";
import { directionsOf, type LayerSpec, type ModelSpec, type RecurrentSpec, statesOf, type SymbolicShape } from "./spec.js";
import { positionOf } from "./stack.js";

export interface Fix {
  readonly label: Message;
  readonly edit: ModelEdit;
}

/** `problem` and `fixes` belong to the edge above the layer. */
export interface LayerFlow {
  /** What comes in; null where nothing is declared. */
  readonly input: SymbolicShape | null;
  /** One a tensor that the layer returns: its output first. */
  readonly outputs: readonly SymbolicShape[];
  readonly problem: Failure | null;
  readonly fixes: readonly Fix[];
  /** The layer lies below a broken edge: its shapes are as if that were mended. */
  readonly assumed: boolean;
  readonly params: number | null;
}

/** A layer as people name it: "GRU 4", "Bidirectional LSTM 8", "Dense 1". */
export function layerLabel(layer: LayerSpec): string {
  if (layer.className === "RNN") return `RNN ${layer.cells.map((cell) => `${cell.className} ${cell.units}`).join(", ")}`;
  if (layer.className === "Bidirectional") return `Bidirectional ${layer.layer.className} ${layer.layer.units}`;
  return "units" in layer ? `${layer.className} ${layer.units}` : layer.className;
}

/** The tuple as Keras prints it: `(None, 4, 5)`, `(3,)`. */
export function shapeText(shape: SymbolicShape): string {
  return `(${shape.map((d) => d ?? "None").join(", ")}${shape.length === 1 ? "," : ""})`;
}

export function flowOf(model: ModelSpec): LayerFlow[] {
  const out: LayerFlow[] = [];
  let current = model.input;
  let broken = false;
  model.layers.forEach((layer, index) => {
    const above = model.layers[index - 1];
    const trouble = troubleOf(model, layer, index, current);
    const input = trouble === null ? current : mended(layer, current, above);
    out.push({
      input: current,
      outputs: outputsOf(layer, input),
      problem: trouble?.problem ?? null,
      fixes: (trouble?.fixes ?? []).map((fix) => placed(model, fix)),
      assumed: broken || trouble !== null,
      params: parameterCount(layer, featuresOf(input)),
    });
    broken ||= trouble !== null;
    current = out.at(-1)?.outputs[0] ?? null;
  });
  return out;
}

/** Edits count the whole stack; the layers here are those that run. */
function placed(model: ModelSpec, fix: Fix): Fix {
  const { edit } = fix;
  return "index" in edit ? { ...fix, edit: { ...edit, index: positionOf(model, edit.index) } } : fix;
}

/** The first reason why a model cannot run, whatever the data. */
export function firstProblem(model: ModelSpec): Failure | null {
  if (model.layers.length === 0) return failure("INVALID_ARGUMENT", "The model has no layers. Add one, e.g. SimpleRNN(3).");
  return flowOf(model).find((flow) => flow.problem !== null)?.problem ?? null;
}

export function featuresOf(shape: SymbolicShape | null): number | null {
  return shape === null || shape.length < 2 ? null : (shape.at(-1) ?? null);
}

interface Trouble {
  readonly problem: Failure;
  readonly fixes: readonly Fix[];
}

function troubleOf(model: ModelSpec, layer: LayerSpec, index: number, input: SymbolicShape | null): Trouble | null {
  const size = sizeTrouble(layer);
  if (size !== null) return { problem: size, fixes: [] };
  const above = model.layers[index - 1];
  if (above !== undefined) {
    const states = swallowedStates(above, layer, index);
    if (states !== null) return states;
  }
  if (layer.className === "Embedding" && (index > 0 || (input !== null && input.length !== 2))) {
    return {
      problem: failure("SHAPE_MISMATCH", "Embedding reads token ids: it has to be the first layer, with an input of (batch, time)."),
      fixes: [],
    };
  }
  const rank = rankTrouble(model, layer, index, input);
  if (rank !== null) return rank;
  if (directionsOf(layer).some((direction) => direction.stateful) && input !== null && input[0] === null) {
    const problem = failure("SHAPE_MISMATCH", "{layer} keeps its state, so it needs a fixed batch.", { layer: layerLabel(layer) });
    const edit: ModelEdit = { op: "setInput", shape: [1, ...(model.input ?? input).slice(1)] };
    return { problem, fixes: [{ label: msg("Set batch to 1"), edit }] };
  }
  return mergeTrouble(layer, index) ?? reshapeTrouble(layer, input);
}

/** All modes but concat and null put number beside number. */
function mergeTrouble(layer: LayerSpec, index: number): Trouble | null {
  if (layer.className !== "Bidirectional" || layer.mergeMode === "concat" || layer.mergeMode === null) return null;
  const [forward, backward] = [layer.layer.units, layer.backward.units];
  if (forward === backward) return null;
  const args = { layer: layerLabel(layer), mode: layer.mergeMode, forward, backward };
  return {
    problem: failure("SHAPE_MISMATCH", "{layer} merges with {mode}, but has {forward} units forward and {backward} backward.", args),
    fixes: [
      { label: msg("Set merge_mode to concat"), edit: { op: "setOption", index, key: "mergeMode", value: "concat" } },
      {
        label: msg("Set the backward units to {n}", { n: forward }),
        edit: { op: "setOption", index, key: "backward.units", value: forward },
      },
    ],
  };
}

function sizeTrouble(layer: LayerSpec): Failure | null {
  for (const unit of directionsOf(layer).length > 0 ? directionsOf(layer) : "units" in layer ? [layer] : []) {
    if (!Number.isSafeInteger(unit.units) || unit.units < 1) {
      return failure("INVALID_ARGUMENT", "{layer} needs at least 1 unit.", { layer: layer.className });
    }
    if (unit.units > limits.units)
      return failure("TOO_LARGE", "{layer}: {key} is {got}; the limit is {limit}.", {
        layer: layer.className,
        key: "units",
        got: unit.units,
        limit: limits.units,
      });
  }
  return null;
}

/** A Sequential hands on one tensor: states in the middle have nowhere to go. */
function swallowedStates(above: LayerSpec, layer: LayerSpec, index: number): Trouble | null {
  if (above.className === "Bidirectional" && above.mergeMode === null) {
    const problem = failure("SHAPE_MISMATCH", "{above} returns two outputs, and {layer} takes one. Choose a merge mode.", {
      above: layerLabel(above),
      layer: layerLabel(layer),
    });
    return {
      problem,
      fixes: [{ label: msg("Set merge_mode to concat"), edit: { op: "setOption", index: index - 1, key: "mergeMode", value: "concat" } }],
    };
  }
  if (!directionsOf(above).some((direction) => direction.returnState)) return null;
  const problem = failure("SHAPE_MISMATCH", "{above} returns its states too, and {layer} takes one tensor.", {
    above: layerLabel(above),
    layer: layerLabel(layer),
  });
  return {
    problem,
    fixes: [{ label: msg("Turn off return_state"), edit: { op: "setOption", index: index - 1, key: "returnState", value: false } }],
  };
}

function needsSequence(layer: LayerSpec): boolean {
  return directionsOf(layer).length > 0 || layer.className === "Masking";
}

function rankTrouble(model: ModelSpec, layer: LayerSpec, index: number, input: SymbolicShape | null): Trouble | null {
  if (input === null) return null;
  if (needsSequence(layer) && input.length !== 3) {
    if (input.length > 3)
      return {
        problem: failure("SHAPE_MISMATCH", "{layer} needs (batch, time, features); it gets {shape}.", {
          layer: layerLabel(layer),
          shape: shapeText(input),
        }),
        fixes: [],
      };
    return {
      problem: failure("SHAPE_MISMATCH", "{layer} needs a sequence, not one vector.", { layer: layerLabel(layer) }),
      fixes: sequenceFixes(model, index),
    };
  }
  if (layer.className === "RepeatVector" && input.length !== 2) {
    const last = lastRecurrent(model, index);
    const fixes =
      last < 0
        ? []
        : [
            {
              label: msg("Turn off return_sequences"),
              edit: { op: "setOption", index: last, key: "returnSequences", value: false } as const,
            },
          ];
    return { problem: failure("SHAPE_MISMATCH", "{layer} needs one vector, not a sequence.", { layer: layer.className }), fixes };
  }
  return null;
}

/** Where the vector comes from decides: the recurrent layer that dropped the steps, or no layer at all. */
function sequenceFixes(model: ModelSpec, index: number): Fix[] {
  const last = lastRecurrent(model, index);
  const source = model.layers[last];
  if (source === undefined) return [{ label: msg("Insert RepeatVector"), edit: { op: "add", index, className: "RepeatVector" } }];
  const edit: ModelEdit = { op: "setOption", index: last, key: "returnSequences", value: true };
  if (last === index - 1) return [{ label: msg("Turn on return_sequences"), edit }];
  return [{ label: msg("Turn on return_sequences of {layer}", { layer: layerLabel(source) }), edit }];
}

/** The nearest recurrent layer above `index`, or −1. */
function lastRecurrent(model: ModelSpec, index: number): number {
  for (let i = index - 1; i >= 0; i--) if (directionsOf(model.layers[i] as LayerSpec).length > 0) return i;
  return -1;
}

function reshapeTrouble(layer: LayerSpec, input: SymbolicShape | null): Trouble | null {
  if (layer.className !== "Reshape" || input === null) return null;
  const rest = input.slice(1);
  if (rest.some((d) => d === null)) return null;
  const have = (rest as number[]).reduce((product, d) => product * d, 1);
  const known = layer.targetShape.filter((d) => d !== -1).reduce((product, d) => product * d, 1);
  const open = layer.targetShape.filter((d) => d === -1).length;
  if (open === 0 ? known === have : open === 1 && have % known === 0) return null;
  const args = { have, shape: shapeText(layer.targetShape) };
  return { problem: failure("SHAPE_MISMATCH", "Reshape cannot make {shape} of {have} numbers.", args), fixes: [] };
}

/** The input as it would be if the edge above were mended: so that the layers below keep their shapes. */
function mended(layer: LayerSpec, input: SymbolicShape | null, above: LayerSpec | undefined): SymbolicShape | null {
  if (input === null) return null;
  if (needsSequence(layer) && input.length === 2 && above !== undefined) return [input[0] ?? null, null, input[1] ?? null];
  if (layer.className === "RepeatVector" && input.length === 3) return [input[0] ?? null, input[2] ?? null];
  return input;
}

/** Shapes of what the layer returns: its output (two with merge_mode null), then its states. */
export function outputsOf(layer: LayerSpec, input: SymbolicShape | null): SymbolicShape[] {
  const batch = input?.[0] ?? null;
  const time = input?.length === 3 ? (input[1] ?? null) : null;
  const directions = directionsOf(layer);
  const first = directions[0];
  if (first !== undefined) {
    const last = directions.at(-1) as RecurrentSpec;
    const widths =
      layer.className === "RNN"
        ? [last.units]
        : layer.className === "Bidirectional"
          ? mergedWidths(layer.mergeMode, first.units, directions[1]?.units ?? first.units)
          : [first.units];
    const outputs = widths.map((width): SymbolicShape => (last.returnSequences ? [batch, time, width] : [batch, width]));
    if (!first.returnState) return outputs;
    const states = directions.flatMap((direction) => statesOf(direction.className).map((): SymbolicShape => [batch, direction.units]));
    return [...outputs, ...states];
  }
  return [simpleOutput(layer, input, batch)];
}

function mergedWidths(mode: string | null, forward: number, backward: number): number[] {
  if (mode === null) return [forward, backward];
  return [mode === "concat" ? forward + backward : forward];
}

function simpleOutput(layer: LayerSpec, input: SymbolicShape | null, batch: number | null): SymbolicShape {
  const shape = input ?? [null, null];
  switch (layer.className) {
    case "Dense":
      return [...shape.slice(0, -1), layer.units];
    case "Embedding":
      return [batch, shape.length > 1 ? (shape[1] ?? null) : null, layer.outputDim];
    case "RepeatVector":
      return [batch, layer.n, shape.at(-1) ?? null];
    case "Flatten":
      return [batch, product(shape.slice(1))];
    case "Reshape": {
      const have = product(shape.slice(1));
      const known = layer.targetShape.filter((d) => d !== -1).reduce((p, d) => p * d, 1);
      return [batch, ...layer.targetShape.map((d) => (d !== -1 ? d : have === null ? null : have / known))];
    }
    default:
      return shape;
  }
}

function product(shape: readonly (number | null)[]): number | null {
  return shape.some((d) => d === null) ? null : (shape as number[]).reduce((p, d) => p * d, 1);
}
