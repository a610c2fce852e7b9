/** Reads the vectors of `test/fixtures/vectors`: cases of layers and calls, and the tensors in them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { near } from "./near.js";
import { fixtures } from "./root.js";

export interface VectorTensor {
  readonly shape: number[];
  readonly dtype: "f32" | "f64" | "i32" | "bool";
  readonly values?: (number | string)[];
  readonly b64?: string;
  readonly gen?: { readonly seed: number; readonly lo: number; readonly hi: number };
  readonly sample_stride?: number;
}

export interface VectorLayer {
  readonly type: string;
  readonly weights: Readonly<Record<string, VectorTensor>>;
  readonly forward?: VectorLayer;
  readonly backward?: VectorLayer;
  readonly [option: string]: unknown;
}

export interface VectorCall {
  readonly inputs: VectorTensor;
  readonly mask?: VectorTensor;
  readonly initial_state?: VectorTensor[];
  readonly reset_states_before?: boolean;
  readonly expected: VectorTensor[] | null;
  readonly expected_alternative?: VectorTensor[];
}

export interface VectorCase {
  readonly id: string;
  readonly layers: VectorLayer[];
  readonly calls: VectorCall[];
  readonly parameters?: number;
  readonly tolerance: { readonly atol: number; readonly rtol: number };
}

export function loadCases(name: string): VectorCase[] {
  const file = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", `${name}.json`), "utf8")) as {
    cases: (VectorCase & { keras_form?: VectorCase | null })[];
  };
  // The ONNX cases hold their Keras form inside.
  return file.cases.flatMap((entry) =>
    entry.keras_form === undefined ? [entry] : entry.keras_form === null ? [] : [{ ...entry, ...entry.keras_form }],
  );
}

export interface SensitivityCase {
  readonly id: string;
  readonly model: unknown;
  readonly weights: readonly VectorTensor[];
  readonly x: VectorTensor;
  readonly options: { readonly sample?: number; readonly layer?: number };
  readonly expected: { readonly stateNorms: VectorTensor; readonly inputGradient: VectorTensor };
  readonly tolerance: { readonly rtol: number };
}

export function loadSensitivityCases(): SensitivityCase[] {
  const file = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", "sensitivity.json"), "utf8")) as { cases: SensitivityCase[] };
  return file.cases;
}

/** By the README's tolerance: each norm by itself, each gradient by the largest of its row. */
export function checkSensitivity(
  { id, x, expected, tolerance: { rtol } }: SensitivityCase,
  got: { readonly stateNorms: ArrayLike<number>; readonly inputGradient: ArrayLike<number> },
): void {
  decode(expected.stateNorms).forEach((norm, t) => near(got.stateNorms[t], norm, rtol * norm + 1e-30, `${id} norm ${t}`));
  const [gradient, features] = [decode(expected.inputGradient), x.shape[2] as number];
  gradient.forEach((g, i) => {
    const row = Math.floor(i / features) * features;
    const scale = Math.max(...gradient.subarray(row, row + features).map(Math.abs));
    near(got.inputGradient[i], g, rtol * scale + 1e-30, `${id} gradient ${i}`);
  });
}

/** As a device gets them: rounded to float32. */
export function decodeRounded(tensor: VectorTensor): Float64Array {
  return decode(tensor).map(Math.fround);
}

function mulberry32(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The numbers of a tensor; with `sample_stride` only every n-th. */
export function decode(tensor: VectorTensor): Float64Array {
  const size = tensor.shape.reduce((product, d) => product * d, 1);
  if (tensor.gen !== undefined) {
    const { seed, lo, hi } = tensor.gen;
    const next = mulberry32(seed);
    return Float64Array.from({ length: size }, () => Math.fround(lo + (hi - lo) * next()));
  }
  if (tensor.b64 !== undefined) {
    const { buffer } = Uint8Array.from(Buffer.from(tensor.b64, "base64"));
    const types = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bool: Uint8Array };
    return Float64Array.from(new types[tensor.dtype](buffer));
  }
  return Float64Array.from(tensor.values ?? [], Number);
}

/** Largest |got − expected| / (atol + rtol·|expected|); NaN and infinities have to be the same. */
export function worstRatio(got: Float32Array, expected: VectorTensor, tolerance: VectorCase["tolerance"]): number {
  const wanted = decode(expected);
  const stride = expected.sample_stride ?? 1;
  let worst = 0;
  for (let k = 0; k < wanted.length; k++) {
    const [a, b] = [got[k * stride] as number, wanted[k] as number];
    if (!Number.isFinite(b)) {
      if (!Object.is(a, b)) return Infinity;
      continue;
    }
    const ratio = Math.abs(a - b) / (tolerance.atol + tolerance.rtol * Math.abs(b));
    if (!(ratio <= worst)) worst = Number.isNaN(ratio) ? Infinity : ratio;
  }
  return worst;
}

/** Finite numbers that only float64 can hold: float32 has to end in infinities there. */
export function beyondFloat32(testCase: VectorCase): boolean {
  return testCase.calls.some((call) =>
    (call.expected ?? []).some((tensor) => decode(tensor).some((v) => Number.isFinite(v) && Math.abs(v) > 3.4028235e38)),
  );
}

const cells = (layer: VectorLayer): VectorLayer[] =>
  layer.type === "Bidirectional" ? [layer.forward as VectorLayer, layer.backward as VectorLayer] : [layer];

export function weightsOf(layers: readonly VectorLayer[]): { shape: number[]; data: Float32Array }[] {
  return layers.flatMap(cells).flatMap((layer) =>
    ["kernel", "recurrent_kernel", "bias"].flatMap((key) => {
      const tensor = layer.weights[key];
      return tensor === undefined ? [] : [{ shape: tensor.shape, data: Float32Array.from(decode(tensor)) }];
    }),
  );
}

/** The case as a Keras config with defaults left out. */
export function configOf(testCase: VectorCase): object {
  const [first] = testCase.calls as [VectorCall];
  const stateful = testCase.layers.flatMap(cells).some((layer) => layer["stateful"] === true);
  const shape = first.inputs.shape.map((d, axis) => {
    const same = testCase.calls.every((call) => call.inputs.shape[axis] === d);
    return (axis === 0 && !stateful) || !same ? null : d;
  });
  const input = { class_name: "InputLayer", config: { batch_shape: shape, dtype: "float32" } };
  return { class_name: "Sequential", config: { name: "case", layers: [input, ...testCase.layers.map(layerConfig)] } };
}

function layerConfig(layer: VectorLayer): object {
  const { type, weights, forward, backward, ...options } = layer;
  if (type === "Bidirectional") {
    const config = {
      merge_mode: options["merge_mode"],
      layer: layerConfig(forward as VectorLayer),
      backward_layer: layerConfig(backward as VectorLayer),
    };
    return { class_name: type, config };
  }
  const units = options["units"] ?? weights["kernel"]?.shape[1];
  const { zero_output_for_mask: zero, ...rest } = options;
  const recurrent = type === "Dense" ? {} : { zero_output_for_mask: zero ?? false };
  return { class_name: type, config: { ...rest, ...recurrent, units, use_bias: options["use_bias"] ?? weights["bias"] !== undefined } };
}
