/** Attributes: `object.name`. */
import { none, type Site, text, tuple, type Value, whole } from "./values.js";

/** Methods that give zeros, whatever they are called on. */
export function isZeroing(name: string): boolean {
  return name === "zero_" || name === "new_zeros";
}

/** What is not there is unknown, with the place of the whole `object.name`. */
export function member(object: Value, name: string, at: Site): Value {
  const { machine } = at;
  switch (object.kind) {
    case "symbol":
      return { kind: "symbol", path: `${object.path}.${name}` };
    case "thing":
      // What a thing does not have as a value may be a method of it.
      return object.member(name, at) ?? { kind: "method", object, name };
    case "class":
      if (name === "__name__") return text(object.definition.name);
      return machine.classMember(object, name, null, at) ?? machine.lost("runtime", at);
    case "super": {
      const bases = object.above.bases.filter((base) => base.kind === "class");
      const found = bases.map((base) => machine.classMember(base, name, object.instance, at)).find((value) => value !== undefined);
      return found ?? { kind: "method", object, name };
    }
    case "array":
      if (name === "shape") {
        if (object.shape === null) return machine.lost("runtime", at);
        return tuple(object.shape.map((size) => (size === null ? machine.lost("runtime", at) : whole(size))));
      }
      if (name === "ndim" && object.shape !== null) return whole(object.shape.length);
      if (name === "T" && object.shape !== null) return { ...object, shape: [...object.shape].reverse() };
      if (name === "device" || name === "dtype") return none;
      return { kind: "method", object, name };
    case "list":
    case "tuple":
    case "set":
    case "dict":
    case "string":
      return { kind: "method", object, name };
    default:
      // `weight.new(…).zero_()`: whatever the weight is, these are zeros.
      return isZeroing(name) ? { kind: "method", object, name } : machine.lost("runtime", at);
  }
}
