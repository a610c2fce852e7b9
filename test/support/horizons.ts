/** Random stacks of all layers with a recurrent one on top, for tests of the memory horizon. */
import fc from "fast-check";
import {
  programDirections,
  programGates,
  type ProgramCell,
  type ProgramLayer,
  type ProgramRecurrent,
} from "../../extension/core/model/program.js";
import { outputShapes } from "../../extension/core/model/tensors.js";
import type { SensitivityTask } from "../../extension/core/reference/sensitivity.js";

export interface Drawn {
  readonly masking: boolean;
  readonly middle: readonly string[];
  readonly cells: readonly Omit<ProgramRecurrent, "activation" | "recurrentActivation" | "useBias" | "returnSequences">[];
  readonly merge: "concat" | "sum" | "mul" | "ave" | null;
  readonly top: "one" | "stack" | "bidirectional";
  readonly backward: boolean;
}

const cell = fc.record({
  kind: fc.constantFrom<ProgramCell>("simple_rnn", "lstm", "gru"),
  units: fc.integer({ min: 1, max: 3 }),
  goBackwards: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  resetAfter: fc.boolean(),
});
export const stacks: fc.Arbitrary<Drawn> = fc.record({
  masking: fc.boolean(),
  middle: fc.array(fc.constantFrom("dense", "softmax", "activation", "one", "bidirectional", "stack", "repeat", "reshape"), {
    maxLength: 3,
  }),
  cells: fc.array(cell, { minLength: 8, maxLength: 8 }),
  merge: fc.constantFrom("concat", "sum", "mul", "ave", null),
  top: fc.constantFrom("one", "stack", "bidirectional"),
  backward: fc.boolean(),
});

/** Without a bias where it has two units: some have to be without. */
export function directionOf(own: Drawn["cells"][number], returnSequences: boolean): ProgramRecurrent {
  return { ...own, activation: "tanh", recurrentActivation: "sigmoid", useBias: own.units !== 2, returnSequences };
}

/** The weights of a layer, in Keras's order. */
export function drawnWeights(layer: ProgramLayer, width: number, draw: (size: number) => Float64Array): Float64Array[] {
  if (layer.kind === "dense") return [draw(width * layer.units), ...(layer.useBias ? [draw(layer.units)] : [])];
  if (layer.kind === "embedding") return [draw(layer.vocabulary * layer.units)];
  let features = width;
  return programDirections(layer).flatMap((own) => {
    const columns = programGates(own.kind) * own.units;
    const bias = own.useBias ? [draw(columns * (own.kind === "gru" && own.resetAfter ? 2 : 1))] : [];
    const all = [draw(features * columns), draw(own.units * columns), ...bias];
    if (layer.kind === "stack") features = own.units;
    return all;
  });
}

/** [1, 4, 2] at the bottom, a recurrent layer on top. */
export function modelOf(
  { masking, middle, cells, merge, top, backward }: Drawn,
  given: readonly number[] | null,
  draw: (size: number) => Float64Array,
): { task: SensitivityTask; mask: Uint8Array | null } {
  let drawn = 0;
  const one = (sequences: boolean): ProgramRecurrent => directionOf(cells[drawn++ % cells.length] as Drawn["cells"][number], sequences);
  const layerOf = (kind: string, sequences: boolean): ProgramLayer[] => {
    const backwards = (layer: ProgramRecurrent, goBackwards: boolean): ProgramRecurrent => ({ ...layer, goBackwards });
    if (kind === "one") return [one(sequences)];
    if (kind === "stack") return [{ kind: "stack", cells: [one(true), backwards(one(true), false), backwards(one(sequences), false)] }];
    if (kind === "bidirectional") {
      const forward = backwards(one(sequences), false);
      const backward = { ...backwards(one(sequences), true), ...(merge === "concat" || merge === null ? {} : { units: forward.units }) };
      return [{ kind: "bidirectional", mergeMode: merge, forward, backward }];
    }
    if (kind === "dense" || kind === "softmax")
      return [{ kind: "dense", units: 3, activation: kind === "dense" ? "gelu" : "softmax", useBias: drawn % 2 === 0 }];
    if (kind === "activation") return [{ kind: "activation", activation: "softplus" }];
    if (kind === "repeat") return [one(false), { kind: "repeat_vector", times: 3 }];
    return [{ kind: "reshape", target: [-1, 1] }];
  };
  const program = [
    ...(masking ? [{ kind: "masking", maskValue: 0 } as const] : []),
    ...middle.flatMap((kind) => layerOf(kind, true)),
    ...layerOf(top, false),
  ];
  let shape: readonly number[] = [1, 4, 2];
  const weights = program.flatMap((layer) => {
    const features = shape.at(-1) as number;
    shape = outputShapes(layer, shape)[0] as readonly number[];
    return drawnWeights(layer, features, draw);
  });
  return {
    task: { program, weights, layer: program.length - 1, backward, shape: [1, 4, 2] },
    mask: given === null ? null : Uint8Array.from(given),
  };
}
