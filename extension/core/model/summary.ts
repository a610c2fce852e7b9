/** The table that Keras 2's `model.summary()` prints and the tutorial shows: 65 characters wide, columns from 0, 29 and 55. */
import { flowOf, shapeText } from "./shapes.js";
import type { LayerSpec, ModelSpec, SymbolicShape } from "./spec.js";

const WIDTH = 65;
const COLUMNS = [29, 55, WIDTH] as const;

export interface SummaryRow {
  readonly name: string;
  readonly className: string;
  readonly outputs: readonly SymbolicShape[];
  readonly params: number | null;
}

export function summaryRows(model: ModelSpec): SummaryRow[] {
  const flow = flowOf(model);
  return model.layers.map((layer, i) => ({
    name: layer.name,
    className: shownClass(layer),
    outputs: flow[i]?.outputs ?? [],
    params: flow[i]?.params ?? null,
  }));
}

/** Keras names the wrapper, not what it wraps. */
function shownClass(layer: LayerSpec): string {
  return layer.className === "Dense" && layer.timeDistributed ? "TimeDistributed" : layer.className;
}

/** An unknown dimension reads "None"; what only data can tell, "?". Totals below, as the tutorial shows them. */
export function summaryText(model: ModelSpec): string {
  const rows = summaryRows(model);
  const total = rows.reduce<number | null>((sum, row) => (sum === null || row.params === null ? null : sum + row.params), 0);
  const size = total === null ? "?" : total.toLocaleString("en-US");
  const text = rows.map((row) =>
    line([`${row.name} (${row.className})`, outputText(row.outputs, model.input === null), row.params === null ? "?" : String(row.params)]),
  );
  return [
    `Model: "${model.name}"`,
    "_".repeat(WIDTH),
    line(["Layer (type)", "Output Shape", "Param #"]),
    "=".repeat(WIDTH),
    ...(text.length === 0 ? [] : [text.join(`\n${"_".repeat(WIDTH)}\n`)]),
    "=".repeat(WIDTH),
    `Total params: ${size}`,
    `Trainable params: ${size}`,
    "Non-trainable params: 0",
    "_".repeat(WIDTH),
  ].join("\n");
}

/** Keras shows a list where a layer returns more than its output. */
function outputText(outputs: readonly SymbolicShape[], open: boolean): string {
  const texts = outputs.map((shape) => {
    const text = shapeText(shape);
    return open ? text.replace(/(?<=, )None/g, "?") : text;
  });
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(", ")}]`;
}

/** Breaks a row as Keras does: a field too long for its column goes on in the next line of that column. */
function line(fields: readonly [string, string, string]): string {
  const lines: string[] = [];
  const rest: string[] = [...fields];
  do {
    let text = "";
    for (let i = 0; i < rest.length; i++) {
      const start = i === 0 ? 0 : (COLUMNS[i - 1] as number);
      const width = (COLUMNS[i] as number) - start - (i < 2 ? 1 : 0);
      const field = rest[i] as string;
      const cut = breakAt(field, width);
      text = text.padEnd(start) + field.slice(0, cut);
      rest[i] = field.slice(cut).trimStart();
    }
    lines.push(text.padEnd(WIDTH));
  } while (rest.some((field) => field !== ""));
  return lines.join("\n");
}

/** Where a field is cut to fit `width`: after a space or comma if there is one in the second half. */
function breakAt(field: string, width: number): number {
  if (field.length <= width) return field.length;
  for (let cut = width; cut > width / 2; cut--) if (field[cut - 1] === " ") return cut;
  return width;
}
