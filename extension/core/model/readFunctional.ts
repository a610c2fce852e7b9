/** A functional config that is a plain chain → its layers in order; anything else is refused. */
import { failure } from "../errors.js";
import { err, ok, type Result } from "../result.js";
import { isObject, type Json } from "./readFields.js";

/** The entries of `config.layers` from the input to the output. */
export function chainOf(outer: Json): Result<readonly unknown[]> {
  const config = outer["config"];
  const layers = isObject(config) && Array.isArray(config["layers"]) ? (config["layers"] as unknown[]) : undefined;
  if (layers === undefined) return err(failure("PARSE", "The model's config has no list “layers”."));
  const byName = new Map<string, Json>();
  const successor = new Map<string, string>();
  let start: string | undefined;
  for (const entry of layers) {
    if (!isObject(entry)) return err(failure("PARSE", "A layer of the model is not an object."));
    const name = layerName(entry);
    byName.set(name, entry);
    const sources = [...new Set(sourcesOf(entry["inbound_nodes"]))];
    if (sources.length === 0) {
      if (start !== undefined) return notAChain(name);
      start = name;
    } else {
      const source = sources[0] as string;
      if (sources.length > 1 || successor.has(source) || nodeCount(entry) > 1) return notAChain(name);
      successor.set(source, name);
    }
  }
  const chain: Json[] = [];
  for (let at = start; at !== undefined && chain.length <= layers.length; at = successor.get(at)) {
    const entry = byName.get(at);
    if (entry === undefined) break;
    chain.push(entry);
  }
  return chain.length === layers.length ? ok(chain) : notAChain(start ?? "?");
}

function notAChain(name: string): Result<never> {
  return err(
    failure("UNSUPPORTED", "The functional model branches at “{name}”. Only a plain chain, one layer after the other, can be run.", {
      name,
    }),
  );
}

function layerName(entry: Json): string {
  if (typeof entry["name"] === "string") return entry["name"];
  const config = entry["config"];
  return isObject(config) && typeof config["name"] === "string" ? config["name"] : "";
}

function nodeCount(entry: Json): number {
  return Array.isArray(entry["inbound_nodes"]) ? entry["inbound_nodes"].length : 0;
}

/** Names of the layers that a layer is called on: Keras 3's `keras_history`, Keras 2's [[["name", 0, 0, {}]]]. */
function sourcesOf(nodes: unknown): string[] {
  const names: string[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (depth > 12) return;
    if (Array.isArray(value)) {
      if (typeof value[0] === "string" && Number.isSafeInteger(value[1])) names.push(value[0]);
      else for (const item of value) visit(item, depth + 1);
    } else if (isObject(value)) {
      const history = value["keras_history"];
      if (Array.isArray(history)) visit(history, depth + 1);
      else for (const item of Object.values(value)) visit(item, depth + 1);
    }
  };
  visit(nodes, 0);
  return names;
}
