/** Methods of Python's lists, tuples, dicts, sets and texts, and of arrays. */
import { arrayMethod } from "./arrays.js";
import { formatMethod } from "./format.js";
import { Exhausted, LONGEST_LIST, LONGEST_TEXT } from "./limits.js";
import { isZeroing } from "./member.js";
import { equal } from "./operators.js";
import {
  type Args,
  array,
  bool,
  type Dict,
  keyOf,
  list,
  none,
  type Sequence,
  type Site,
  text,
  tuple,
  type Value,
  whole,
} from "./values.js";

/** undefined: no such method here. Lists and dicts change in place, whoever else holds them. */
export function builtinMethod(object: Value, name: string, args: Args, at: Site): Value | undefined {
  switch (object.kind) {
    case "list":
    case "tuple":
    case "set":
      return sequenceMethod(object, name, args, at);
    case "dict":
      return dictMethod(object, name, args);
    case "string":
      return textMethod(object.value, name, args, at);
    case "array":
      return arrayMethod(object, name, args);
    default:
      return isZeroing(name) ? array(null, true) : undefined;
  }
}

/** Lists, tuples and sets alike: whether a tuple has `append` is Python's business. */
function sequenceMethod(object: Sequence, name: string, args: Args, at: Site): Value | undefined {
  const { items } = object;
  const [first, second] = args.map((arg) => arg.value);
  switch (name) {
    case "append":
    case "add":
      if (items.length >= LONGEST_LIST) throw new Exhausted();
      if (first !== undefined) items.push(first);
      return none;
    case "extend": {
      const more = first === undefined ? null : at.machine.iterate(first, at);
      if (items.length + (more?.length ?? 0) > LONGEST_LIST) throw new Exhausted();
      items.push(...(more ?? []));
      return none;
    }
    case "insert":
      if (first?.kind === "number" && second !== undefined) items.splice(first.value, 0, second);
      return none;
    case "pop": {
      const index = first === undefined ? -1 : first.kind === "number" ? first.value : NaN;
      return items.splice(index < 0 ? items.length + index : index, 1)[0];
    }
    case "clear":
      items.length = 0;
      return none;
    case "reverse":
      items.reverse();
      return none;
    case "copy":
      return { kind: object.kind, items: [...items] };
    case "index": {
      const found = items.findIndex((item) => first !== undefined && equal(item, first) === true);
      return found < 0 ? undefined : whole(found);
    }
    case "count":
      return first === undefined ? undefined : whole(items.filter((item) => equal(item, first) === true).length);
    default:
      return undefined;
  }
}

/** Keys and values keep their order. */
function dictMethod(object: Dict, name: string, args: Args): Value | undefined {
  const { entries } = object;
  const [first, second] = args.map((arg) => arg.value);
  const key = first === undefined ? undefined : keyOf(first);
  switch (name) {
    case "get":
      return key === undefined ? undefined : (entries.get(key)?.value ?? second ?? none);
    case "pop": {
      if (key === undefined) return undefined;
      const found = entries.get(key)?.value ?? second;
      entries.delete(key);
      return found;
    }
    case "setdefault":
      if (key === undefined || first === undefined) return undefined;
      if (!entries.has(key)) entries.set(key, { key: first, value: second ?? none });
      return entries.get(key)?.value;
    case "items":
      return list([...entries.values()].map((entry) => tuple([entry.key, entry.value])));
    case "keys":
      return list([...entries.values()].map((entry) => entry.key));
    case "values":
      return list([...entries.values()].map((entry) => entry.value));
    case "copy":
      return { kind: "dict", entries: new Map(entries) };
    case "update":
      if (first?.kind === "dict") for (const [own, pair] of first.entries) entries.set(own, pair);
      for (const arg of args)
        if (arg.name !== null) entries.set(keyOf(text(arg.name)) ?? arg.name, { key: text(arg.name), value: arg.value });
      return none;
    default:
      return undefined;
  }
}

/** Only what names and options are made with. */
function textMethod(value: string, name: string, args: Args, at: Site): Value | undefined {
  const positional = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const texts = positional.map((arg) => (arg.kind === "string" ? arg.value : undefined));
  const [first, second] = texts;
  switch (name) {
    case "format": {
      const named = new Map(args.flatMap((arg) => (arg.name === null ? [] : [[arg.name, arg.value] as const])));
      const out = formatMethod(value, positional, named);
      return out === undefined ? undefined : text(out);
    }
    case "join": {
      const items = positional[0] === undefined ? null : at.machine.iterate(positional[0], at);
      const pieces = items?.map((item) => (item.kind === "string" ? item.value : undefined));
      if (pieces === undefined || pieces.includes(undefined)) return undefined;
      return pieces.reduce((sum, piece) => sum + (piece?.length ?? 0) + value.length, 0) > LONGEST_TEXT
        ? undefined
        : text(pieces.join(value));
    }
    case "lower":
    case "casefold":
      return text(value.toLowerCase());
    case "upper":
      return text(value.toUpperCase());
    case "capitalize":
      return text(value.charAt(0).toUpperCase() + value.slice(1).toLowerCase());
    case "title":
      return text(value.toLowerCase().replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1)));
    case "strip":
      return positional.length === 0 ? text(value.trim()) : undefined;
    case "split":
      if (positional.length > 1 || (positional.length === 1 && (first === undefined || first === ""))) return undefined;
      return list((first === undefined ? value.split(/\s+/).filter((word) => word !== "") : value.split(first)).map(text));
    case "replace":
      if (first === undefined || second === undefined || first === "" || value.length * second.length > LONGEST_TEXT) return undefined;
      return text(value.split(first).join(second));
    case "startswith":
      return first === undefined ? undefined : bool(value.startsWith(first));
    case "endswith":
      return first === undefined ? undefined : bool(value.endsWith(first));
    default:
      return undefined;
  }
}
