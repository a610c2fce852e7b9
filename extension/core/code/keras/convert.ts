/** Values of arguments → what a Keras config holds. */
import { canonicalActivation } from "../../model/activations.js";
import { NESTING } from "../evaluate/limits.js";
import { type Arg, type Args, type Cause, type Site, Thing, type Value } from "../evaluate/values.js";
import { recognised } from "./activation.js";
import { argumentName, objectClass } from "./signatures.js";

export type Converted = { readonly json: unknown } | { readonly lost: readonly Cause[] };

/** An initialiser, a regulariser or a constraint, as Keras serialises it. */
export class KerasObject extends Thing {
  constructor(
    readonly module: string,
    readonly className: string,
    readonly config: Readonly<Record<string, unknown>>,
    /** Arguments that only a run can tell. */
    readonly lost: readonly Cause[],
  ) {
    super();
  }

  get json(): unknown {
    return { module: this.module, class_name: this.className, config: this.config, registered_name: null };
  }
}

/** An initialiser, regulariser or constraint from its call, by class or by function. */
export function kerasObject(area: string, name: string, args: Args, at: Site): KerasObject {
  const className = objectClass(name);
  const config: Record<string, unknown> = {};
  const lost: Cause[] = [];
  args.forEach((arg, i) => {
    const key = name === "l1_l2" || arg.name !== null ? (arg.name ?? ["l1", "l2"][i]) : argumentName(className, i);
    const value = converted(arg, "", at);
    if ("lost" in value) lost.push(...value.lost);
    // Keras's l1(l=…) and l2(l=…) are the classes' l1 and l2.
    else if (key !== undefined) config[key === "l" ? className.toLowerCase() : key] = value.json;
  });
  return new KerasObject(`keras.${area}`, className, config, lost);
}

/** @param key the argument's name, which says what kind of thing is expected. */
export function converted(arg: Arg, key: string, at: Site): Converted {
  const place: Site = { ...at, start: arg.start, end: arg.end };
  if (key === "activation" || key === "recurrent_activation") return activation(arg.value, place);
  if (arg.value.kind === "symbol" && /_(?:initializer|regularizer|constraint)$/.test(key)) {
    return { json: objectClass(arg.value.path.slice(arg.value.path.lastIndexOf(".") + 1)) };
  }
  if (arg.value.kind === "symbol" && key === "dtype") return { json: arg.value.path.slice(arg.value.path.lastIndexOf(".") + 1) };
  return plain(arg.value, place, 0);
}

/** What is lost is told where it was lost, or at the argument. */
function lostAt(value: Value, place: Site): Converted {
  if (value.kind === "unknown" && value.causes.length > 0) return { lost: value.causes };
  return { lost: place.machine.lost("runtime", place).causes };
}

/** Numbers, texts, flags, lists and objects of Keras; anything else cannot stand in a config. */
function plain(value: Value, place: Site, depth: number): Converted {
  switch (value.kind) {
    case "none":
      return { json: null };
    case "bool":
    case "string":
      return { json: value.value };
    case "number":
      return Number.isFinite(value.value) ? { json: value.value } : lostAt(value, place);
    case "list":
    case "tuple": {
      if (depth > NESTING) return lostAt(value, place);
      const items = value.items.map((item) => plain(item, place, depth + 1));
      const lost = items.flatMap((item) => ("lost" in item ? item.lost : []));
      return lost.length > 0 ? { lost } : { json: items.map((item) => ("json" in item ? item.json : null)) };
    }
    case "thing":
      if (value instanceof KerasObject) return value.lost.length > 0 ? { lost: value.lost } : { json: value.json };
      return lostAt(value, place);
    default:
      return lostAt(value, place);
  }
}

/** An activation by its name, by the function, or by a function of the source that computes one. */
function activation(value: Value, place: Site): Converted {
  if (value.kind === "symbol") {
    const name = value.path.slice(value.path.lastIndexOf(".") + 1);
    // keras.backend has Keras 2's hard_sigmoid only.
    if (name === "hard_sigmoid" && value.path.includes("backend")) return { json: "hard_sigmoid_keras2" };
    const known = name === "identity" ? "linear" : canonicalActivation(name, 3);
    return known === undefined ? lostAt(value, place) : { json: known };
  }
  if (value.kind === "function") {
    const name = recognised(value, place);
    return name === undefined ? lostAt(value, place) : { json: name };
  }
  if (value.kind === "thing" && "activationName" in value && typeof value.activationName === "string")
    return { json: value.activationName };
  return plain(value, place, 0);
}
