/** A model that was found in code as one line of text: what a test can compare at a glance. */
import { readModelCode } from "../../extension/core/code/readModelCode.js";
import { layerEntries } from "../../extension/core/model/read.js";

type Json = Record<string, unknown>;

function brief(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(brief).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const { class_name: className, config } = value as Json;
  return className === undefined ? JSON.stringify(value) : briefLayer(String(className), (config ?? {}) as Json);
}

function briefLayer(className: string, config: Json): string {
  const options = Object.entries(config).filter(([key, value]) => !(key === "name" && /^(?:forward|backward)_|_cell/.test(String(value))));
  return `${className}(${options.map(([key, value]) => (key === "units" ? String(value) : `${key}=${brief(value)}`)).join(", ")})`;
}

/** `[null,4,5] LSTM(3) Dense(1) ! "text that a problem stands on"` for each model. */
export function briefModels(source: string): string[] {
  return readModelCode(source).map((model) => {
    const layers = (model.config["config"] as Json)["layers"] as Json[];
    const [first] = layers;
    const input = first?.["class_name"] === "InputLayer" ? [`${JSON.stringify((first["config"] as Json)["batch_shape"])}`] : [];
    const entries = layerEntries(model.config).map((entry) => brief(entry));
    const problems = model.problems.map(({ start, end }) => `! ${source.slice(start, end)}`);
    return [...input, ...entries, ...problems].join(" ");
  });
}
