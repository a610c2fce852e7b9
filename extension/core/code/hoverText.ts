/** Hovers over models and layers in code, as Markdown. */
import { type Message, msg } from "../messages.js";
import type { Why } from "../model/why.js";
import type { LayerMark } from "./marks.js";
import type { CodeReading, LayerReading } from "./readings.js";

type Word = (message: Message) => string;

/** Shape, parameters and "why" of what one call makes, e.g. both layers of `nn.LSTM(5, 8, num_layers=2)`. */
export function layerHover({ layers }: LayerMark, word: Word): string {
  return [...new Set(layers.map((layer) => layerText(layer, word)))].join("\n\n---\n\n");
}

function layerText(layer: LayerReading, word: Word): string {
  const parts = [`**${layer.className}** → \`${layer.output ?? "?"}\``];
  if (layer.trouble !== null) parts.push(`$(warning) ${escaped(word(layer.trouble))}`);
  if (layer.why !== null) parts.push(whyText(layer.why, word));
  if (layer.params !== null && layer.params > 0) {
    const formula = layer.formula === "" ? "" : ` = ${layer.formula}`;
    parts.push(`${word(msg("Parameters"))}: ${layer.params.toLocaleString("en-US")}${formula}`);
  }
  return parts.join("\n\n");
}

function whyText({ rule, rows }: Why, word: Word): string {
  const axes: Readonly<Record<Why["rows"][number]["axis"], Message>> = {
    batch: msg("batch"),
    time: msg("time"),
    features: msg("features"),
    units: msg("units"),
  };
  const title = `${word(msg("Why this shape?"))}  ${escaped(word(rule))}`;
  const table = rows.map(({ axis, size, reason }) => `| ${word(axes[axis])} | \`${size}\` | ${escaped(word(reason))} |`);
  return [title, "", "| | | |", "|:--|--:|:--|", ...table].join("\n");
}

/** The model as `summary()` would list it, with what was not understood. */
export function modelHover(reading: CodeReading, word: Word): string {
  const { layers, problems } = reading;
  const head = `**${escaped(reading.name)}**`;
  const rows = layers.map(({ className, output, params }) => {
    const count = params === null ? "?" : params.toLocaleString("en-US");
    return `| ${className} | \`${output ?? "?"}\` | ${count} |`;
  });
  const total = layers.reduce<number | null>((sum, { params }) => (sum === null || params === null ? null : sum + params), 0);
  const columns = `| ${word(msg("Layer"))} | ${word(msg("Output"))} | ${word(msg("Parameters"))} |`;
  const parts = [head, [columns, "|:--|:--|--:|", ...rows, `| | | ${total === null ? "?" : total.toLocaleString("en-US")} |`].join("\n")];
  if (problems.length > 0) {
    parts.push([word(msg("Not understood:")), "", ...problems.slice(0, 8).map(({ message }) => `- ${escaped(word(message))}`)].join("\n"));
  }
  return parts.join("\n\n");
}

/** Text of the source is shown as it is, whatever it would mean in Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~$-]/g, "\\$&");
}
