/** What if one option were another? The changes of a model that can still run on the same data. */
import { type Failure, failure } from "../errors.js";
import { snakeCase } from "../model/defaults.js";
import { withInput } from "../model/input.js";
import { type OptionValue, withOption } from "../model/options.js";
import { readModel } from "../model/read.js";
import { firstProblem } from "../model/shapes.js";
import { directionsOf, type LayerSpec, type ModelSpec } from "../model/spec.js";
import { writeModel } from "../model/write.js";
import { err, ok, type Result } from "../result.js";

export interface Flip {
  /** Index in `model.layers`. */
  readonly layer: number;
  /** In TypeScript's spelling. */
  readonly key: string;
  /** As code says it: "lstm: return_sequences=False". */
  readonly text: string;
}

interface Change {
  readonly key: string;
  readonly value: OptionValue;
}

/** @param shape of the data */
export function flipsOf(model: ModelSpec, shape: readonly number[]): Flip[] {
  return model.layers.flatMap((layer, index) =>
    changesOf(layer).flatMap(({ key, value }) =>
      flipped(model, index, { key, value }, shape).ok
        ? [{ layer: index, key, text: `${layer.name}: ${snakeCase(key)}=${python(value)}` }]
        : [],
    ),
  );
}

export function applyFlip(model: ModelSpec, { layer, key }: Pick<Flip, "layer" | "key">, shape: readonly number[]): Result<ModelSpec> {
  const spec = model.layers[layer];
  const change = spec === undefined ? undefined : changesOf(spec).find((candidate) => candidate.key === key);
  return change === undefined ? err(none(key)) : flipped(model, layer, change, shape);
}

function none(key: string): Failure {
  return failure("INVALID_ARGUMENT", "This layer has no option {key} to change.", { key });
}

function changesOf(layer: LayerSpec): Change[] {
  if (layer.className === "Dense")
    return [
      { key: "useBias", value: !layer.useBias },
      { key: "activation", value: layer.activation === "linear" ? "tanh" : "linear" },
    ];
  const [first] = directionsOf(layer);
  if (first === undefined) return [];
  const last = directionsOf(layer).at(-1) ?? first;
  const own: Change[] = [
    { key: "returnSequences", value: !(layer.className === "RNN" ? last : first).returnSequences },
    { key: "goBackwards", value: !first.goBackwards },
  ];
  if (layer.className === "RNN") return own;
  own.push({ key: "useBias", value: !first.useBias }, { key: "activation", value: first.activation === "tanh" ? "relu" : "tanh" });
  if (first.className === "GRU") own.push({ key: "resetAfter", value: !first.resetAfter });
  // Without a bias there is none to set.
  if (first.className === "LSTM" && first.useBias) own.push({ key: "unitForgetBias", value: !first.unitForgetBias });
  if (layer.className === "Bidirectional") own.push({ key: "mergeMode", value: layer.mergeMode === "concat" ? "sum" : "concat" });
  return own;
}

/** The reader of configs is the one judge of values, the shapes of whether they run. */
function flipped(model: ModelSpec, index: number, { key, value }: Change, shape: readonly number[]): Result<ModelSpec> {
  const layers = model.layers.map((layer, i) => (i === index ? withOption(layer, key, value) : layer));
  const read = readModel(writeModel({ ...model, layers }));
  if (!read.ok) return read;
  const problem = firstProblem(withInput(read.value, shape));
  return problem === null ? ok(read.value) : err(problem);
}

function python(value: OptionValue): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? `"${value}"` : String(value);
}
