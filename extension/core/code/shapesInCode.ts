/** Shapes, parameters and troubles of a model in code, one entry a layer of the source: what inlay hints, hovers and diagnostics show. */
import { type Trouble, lint } from "../model/lint.js";
import { parameterFormula } from "../model/params.js";
import { layerEntries, withNames } from "../model/read.js";
import { inputOf, isObject } from "../model/readFields.js";
import { readLayer } from "../model/readLayer.js";
import { featuresOf, flowOf, shapeText } from "../model/shapes.js";
import type { LayerSpec, ModelSpec, SymbolicShape } from "../model/spec.js";
import { type Why, whyShape } from "../model/why.js";
import type { CodeModel } from "./models/found.js";
import type { Range } from "./python/syntax.js";

export interface LayerInCode extends Range {
  readonly className: string;
  /** Keras's name of the layer; empty for one that cannot be read. */
  readonly name: string;
  /** `(None, 4, 3)`, or a list where the layer returns several; null where it cannot be told. */
  readonly output: string | null;
  /** null while the features of the input are not known. */
  readonly params: number | null;
  /** `4 × (5 × 8 + 8 × 8 + 8)`; empty where there are none. */
  readonly formula: string;
  readonly why: Why | null;
  /** What is wrong with what the layer gets; fixes are edits of the model, by this list's indices. */
  readonly trouble: Trouble | null;
}

/** A run of layers that are all known, between things that are not. */
interface Stretch {
  /** Index of its first layer. */
  readonly from: number;
  readonly input: SymbolicShape | null;
  readonly layers: LayerSpec[];
}

export function shapesInCode(model: CodeModel): LayerInCode[] {
  const entries = layerEntries(model.config);
  const out = entries.map((entry, i): LayerInCode => {
    const { start, end } = model.layerRanges[i] ?? model;
    const className = String(entry["class_name"]);
    return { start, end, className, name: "", output: null, params: null, formula: "", why: null, trouble: null };
  });
  for (const stretch of stretchesOf(model, entries)) {
    const spec: ModelSpec = { name: model.name, kerasVersion: 3, input: stretch.input, layers: stretch.layers, seed: null };
    const flow = flowOf(spec);
    const troubles = lint(spec, flow);
    stretch.layers.forEach((layer, k) => {
      const at = flow[k];
      const index = stretch.from + k;
      const blank = out[index];
      if (at === undefined || blank === undefined) return;
      const texts = at.outputs.map((shape) => openText(shape, spec.input === null));
      out[index] = {
        ...blank,
        name: layer.name,
        output: texts.length === 1 ? (texts[0] as string) : `[${texts.join(", ")}]`,
        params: at.params,
        formula: parameterFormula(layer, featuresOf(at.input)),
        why: whyShape(spec, k),
        trouble: shifted(troubles[k] ?? null, stretch.from),
      };
    });
  }
  return out;
}

/** As Keras prints it; what only the input can tell is "?" where none is declared. */
function openText(shape: SymbolicShape, open: boolean): string {
  const text = shapeText(shape);
  return open ? text.replace(/(?<=, )None/g, "?") : text;
}

/** Behind a layer that is not known, or an operation that no layer says, shapes begin anew. */
function stretchesOf(model: CodeModel, entries: readonly Readonly<Record<string, unknown>>[]): Stretch[] {
  const specs = entries.map((entry, i) => readLayer(entry, { kerasVersion: 3 }, i));
  const named = withNames(specs.flatMap((spec) => (spec.ok ? [spec.value] : [])));
  const out: Stretch[] = [];
  let current: Stretch | null = { from: 0, input: model.gaps.includes(0) ? null : declared(model), layers: [] };
  let next = 0;
  specs.forEach((spec, i) => {
    if (i > 0 && model.gaps.includes(i)) current = null;
    if (!spec.ok) {
      current = null;
      return;
    }
    const layer = named[next++] ?? spec.value;
    if (current === null) current = { from: i, input: null, layers: [] };
    if (current.layers.length === 0) out.push(current);
    current.layers.push(layer);
  });
  return out;
}

function declared(model: CodeModel): SymbolicShape | null {
  const config = model.config["config"];
  const layers = isObject(config) && Array.isArray(config["layers"]) ? (config["layers"] as unknown[]) : [];
  const [first] = layers;
  if (!isObject(first) || !isObject(first["config"])) return null;
  const shape = inputOf(first["config"]);
  return shape.ok ? shape.value : null;
}

/** Edits name layers of the whole model, not of the stretch. */
function shifted(trouble: Trouble | null, by: number): Trouble | null {
  if (trouble === null || by === 0) return trouble;
  const fixes = trouble.fixes.map((fix) => ("index" in fix.edit ? { ...fix, edit: { ...fix.edit, index: fix.edit.index + by } } : fix));
  return { ...trouble, fixes };
}
