/** Sets one option of a layer; `key` may lead into it: "kernelInitializer.gain", "cells.1.units", "backward.units", "kept.seed". */
import { flagsOf, mirrorOf, stack } from "./defaults.js";
import {
  type BidirectionalSpec,
  type Initializer,
  type LayerSpec,
  type RecurrentClass,
  recurrentClasses,
  type RecurrentSpec,
  type StackSpec,
} from "./spec.js";

export type OptionValue = string | number | boolean | null | readonly number[];

/** Options that the layer has not, and values of another type, are ignored. */
export function withOption(layer: LayerSpec, key: string, value: OptionValue): LayerSpec {
  if (key === "className") return layer;
  if (layer.className === "Bidirectional") return withWrapperOption(layer, key, value);
  if (layer.className === "RNN") return withStackOption(layer, key, value);
  return withOwn(layer, key, value);
}

/** An option of the layer itself. */
function withOwn<L extends LayerSpec>(layer: L, key: string, value: OptionValue): L {
  const [head, tail] = split(key);
  if (head === "kept") return tail === "" ? layer : { ...layer, kept: withArgument(layer.kept, tail, value) };
  if (!Object.hasOwn(layer, head)) return layer;
  const old = (layer as unknown as Record<string, unknown>)[head];
  if (head.endsWith("Initializer")) {
    const next = withInitializer(old as Initializer, tail, value);
    return { ...layer, [head]: next };
  }
  if (tail !== "") return layer;
  const fits = Array.isArray(old) ? Array.isArray(value) : typeof old === typeof value && !Array.isArray(value);
  return fits ? { ...layer, [head]: value } : layer;
}

function withWrapperOption(layer: BidirectionalSpec, key: string, value: OptionValue): BidirectionalSpec {
  if (key === "mergeMode") return { ...layer, mergeMode: value as BidirectionalSpec["mergeMode"] };
  if (key === "name") return withOwn(layer, key, value);
  if (key === "ownBackward") {
    const ownBackward = value === true;
    return { ...layer, ownBackward, backward: ownBackward ? layer.backward : mirrorOf(layer.layer) };
  }
  const [head, tail] = split(key);
  if (head === "backward") return layer.ownBackward ? { ...layer, backward: withCellOption(layer.backward, tail, value) } : layer;
  const inner = withOwn(layer.layer, key, value);
  if (!layer.ownBackward) return { ...layer, layer: inner, backward: mirrorOf(inner) };
  const { returnSequences, returnState, stateful, goBackwards } = inner;
  return { ...layer, layer: inner, backward: { ...layer.backward, returnSequences, returnState, stateful, goBackwards: !goBackwards } };
}

function withStackOption(layer: StackSpec, key: string, value: OptionValue): StackSpec {
  if (key === "name" || key.startsWith("kept.")) return withOwn(layer, key, value);
  const flags = flagsOf(layer);
  if (Object.hasOwn(flags, key)) return stack(layer.cells, { ...flags, [key]: value === true }, layer);
  const [head, rest] = split(key);
  const [index, inner] = head === "cells" ? split(rest) : [String(layer.cells.length - 1), key];
  return { ...layer, cells: layer.cells.map((cell, i) => (String(i) === index ? withCellOption(cell, inner, value) : cell)) };
}

/** Of a cell or a direction, whose class can change and whose flags belong to the layer around it. */
function withCellOption(cell: RecurrentSpec, key: string, value: OptionValue): RecurrentSpec {
  if (Object.hasOwn(flagsOf({ cells: [cell] }), key)) return cell;
  if (key !== "className") return withOwn(cell, key, value);
  return (recurrentClasses as readonly unknown[]).includes(value) ? { ...cell, className: value as RecurrentClass } : cell;
}

function split(key: string): readonly [string, string] {
  const dot = key.indexOf(".");
  return dot < 0 ? [key, ""] : [key.slice(0, dot), key.slice(dot + 1)];
}

// ---- initialisers, and what changes nothing in a run

function withInitializer(old: Initializer, key: string, value: OptionValue): Initializer {
  if (key !== "") return { ...old, config: withEntry(old.config, key, value) };
  return typeof value === "string" ? { className: value, config: {} } : old;
}

type Arguments = Readonly<Record<string, unknown>>;

/** null takes the argument out: that is Keras's default for all of them. */
function withArgument(kept: Arguments, key: string, value: OptionValue): Arguments {
  const [head, tail] = split(key);
  const old = kept[head] as { config?: Arguments } | null | undefined;
  if (tail !== "")
    return typeof old === "object" && old !== null
      ? { ...kept, [head]: { ...old, config: withEntry(old.config ?? {}, tail, value) } }
      : kept;
  const object = typeof value === "string" ? keptObject(head, value) : null;
  return withEntry(kept, head, object ?? value);
}

/** A regulariser or constraint as Keras serialises it; null: the argument takes plain values. */
function keptObject(key: string, className: string): Arguments | null {
  const module = /_regularizer$/.test(key) ? "keras.regularizers" : /_constraint$/.test(key) ? "keras.constraints" : null;
  return module === null ? null : { module, class_name: className, config: {}, registered_name: null };
}

function withEntry(record: Arguments, key: string, value: unknown): Arguments {
  if (value !== null) return { ...record, [key]: value };
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));
}
