/** The preview: one line that says how the numbers are read, and one choice for each other way. */
import * as vscode from "vscode";
import { type Message, msg } from "../../core/messages.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { columnNames } from "../../core/reading/columns.js";
import { axesOffered, fitReading, targetOf } from "../../core/reading/fit.js";
import type { AxisReading, Reading } from "../../core/reading/reading.js";
import { shapeLine, shapeOf, type Written } from "../../core/reading/shapeOf.js";
import type { SelectionNumbers } from "../../core/text/selection.js";
import { type Answer, back, type Choice, pickOne } from "../quickSteps.js";
import { word } from "../words.js";
import { declarable, inputText, withOpenInput } from "./openInput.js";
import { pickPreset } from "./presetPick.js";
import { askColumns, askMissing, askScaling, askWindow, policyText, scalingText } from "./readingPicks.js";

export interface Chosen {
  readonly model: ModelSpec;
  readonly reading: Reading;
}

type Numbers = Pick<SelectionNumbers, "mask"> & Written;
type Id = "run" | "swapped" | "rows" | "window" | "columns" | "missing" | "scaling" | "input" | "model";

/** More columns are not listed one by one. */
const MOST_COLUMNS = 4096;

/** Asks until the person runs; undefined: they went away. @param where the numbers stand, for the title. */
export async function pickReading(numbers: Numbers, start: Chosen, where: string): Promise<Chosen | undefined> {
  let chosen = start;
  for (;;) {
    const fit = fitReading(chosen.model, numbers, chosen.reading);
    const title = fit.ok ? word(msg("Run RNN on {where}", { where })) : word(fit.error.message);
    const placeholder = word(
      fit.ok ? msg("How shall the numbers be read? The choice is kept for this file.") : msg("Data and model differ. What shall change?"),
    );
    const picked = await pickOne<Id>(itemsOf(numbers, chosen), { title, placeholder });
    if (picked === undefined || picked === back) return undefined;
    if (picked === "run") return chosen;
    if (picked === "input") return opened(numbers, chosen);
    const next = await changed(picked, numbers, chosen);
    if (next === undefined) return undefined;
    if (next !== back) chosen = next;
  }
}

async function changed(id: Id, numbers: Numbers, chosen: Chosen): Promise<Answer<Chosen>> {
  const { model, reading } = chosen;
  const target = targetOf(model, numbers.shape);
  if (id === "model") {
    const shape = shapeOf(numbers, reading, "sequences");
    const other = await pickPreset(shape.ok ? [null, ...declarable(shape.value, numbers, reading).slice(1)] : null);
    return other === undefined ? back : { model: other, reading };
  }
  if (id === "swapped" || id === "rows") return { model, reading: { ...reading, axes: reading.axes === id ? "asWritten" : id } };
  const asked = { written: numbers, reading, target };
  const ask = {
    window: () => askWindow(asked),
    columns: () => askColumns(asked),
    missing: () => askMissing(reading),
    scaling: () => askScaling(reading),
  };
  const next = id in ask ? await ask[id as keyof typeof ask]() : back;
  return next === undefined || next === back ? next : { model, reading: next };
}

/** The model with the input that these numbers have. */
function opened(numbers: Numbers, { model, reading }: Chosen): Chosen {
  const shape = shapeOf(numbers, reading, targetOf(model, numbers.shape));
  return shape.ok ? { model: withOpenInput(model, declarable(shape.value, numbers, reading)), reading } : { model, reading };
}

/** Where the reading fits: Run first. Where not: first what makes it fit. */
function itemsOf(numbers: Numbers, chosen: Chosen): Choice<Id>[] {
  const { model, reading } = chosen;
  const fit = fitReading(model, numbers, reading);
  const separator = (label: Message): Choice<Id> => ({ label: word(label), kind: vscode.QuickPickItemKind.Separator });
  const axes = axisItems(numbers, chosen);
  const more = moreItems(numbers, chosen);
  const other: Choice<Id> = { label: `$(layers) ${word(msg("Choose model…"))}`, description: model.name, value: "model" };
  if (fit.ok) {
    const run: Choice<Id> = {
      label: `$(play) ${word(msg("Run"))}`,
      description: word(shapeLine(numbers.shape, fit.value.shape, fit.value.target)),
      detail: detailOf(numbers, reading).map(word).join(" "),
      value: "run",
    };
    return [run, separator(msg("Read differently")), ...axes.map(({ item }) => item), ...more, separator(msg("Model")), other];
  }
  const input = inputItem(numbers, chosen);
  const [fitting, rest] = [axes.filter(({ fits }) => fits), axes.filter(({ fits }) => !fits)];
  const wider = (numbers.shape.at(-1) ?? 0) > (model.input?.at(-1) ?? Infinity);
  const columns = wider ? more.filter(({ value }) => value === "columns") : [];
  const others = more.filter((item) => !columns.includes(item));
  return [
    ...fitting.map(({ item }) => item),
    ...columns,
    ...input,
    other,
    separator(msg("Read differently")),
    ...rest.map(({ item }) => item),
    ...others,
  ];
}

function axisItems(numbers: Numbers, { model, reading }: Chosen): { item: Choice<Id>; fits: boolean }[] {
  const names: Readonly<Record<AxisReading, { readonly id: Id; readonly label: Message; readonly icon: string }>> = {
    // Shown only to leave the other reading of a list or matrix.
    asWritten: { id: reading.axes === "rows" ? "rows" : "swapped", label: msg("As written"), icon: "discard" },
    swapped: { id: "swapped", label: numbers.shape.length === 3 ? msg("Swap batch and time") : msg("Swap axes"), icon: "arrow-swap" },
    rows: { id: "rows", label: msg("Rows as separate sequences"), icon: "list-flat" },
  };
  return axesOffered(model, numbers, reading)
    .filter(({ axes }) => axes !== reading.axes)
    .map(({ axes, shape }) => {
      const fits = fitReading(model, numbers, { ...reading, axes }).ok;
      const { id, label, icon } = names[axes];
      return { item: { label: `$(${icon}) ${word(label)}`, description: `→ (${shape.join(", ")})`, value: id }, fits };
    });
}

function moreItems(numbers: Numbers, { model, reading }: Chosen): Choice<Id>[] {
  const { window, columns } = reading;
  const items: Choice<Id>[] = [];
  const add = (value: Id, label: string, description: string): void => void items.push({ label, description, value });
  if (targetOf(model, numbers.shape) !== "samples") {
    const now = window === null ? "" : word(msg("length {length}, stride {stride}", { length: window.length, stride: window.stride }));
    add("window", `$(split-horizontal) ${word(msg("Sliding window…"))}`, now);
  }
  const width = numbers.shape.length > 1 ? (numbers.shape.at(-1) ?? 0) : 0;
  if (width > 1 && width <= MOST_COLUMNS) {
    const kept = columns?.filter((name) => columnNames(numbers).includes(name)).length ?? width;
    add("columns", `$(table) ${word(msg("Columns…"))}`, word(msg("{count} of {all}", { count: kept, all: width })));
  }
  add("missing", `$(circle-slash) ${word(msg("Missing values…"))}`, policyText(reading.missing));
  if (targetOf(model, numbers.shape) !== "ids") add("scaling", `$(graph-line) ${word(msg("Scaling…"))}`, scalingText(reading));
  return items;
}

/** Where the model's input can be set to the data's. */
function inputItem(numbers: Numbers, chosen: Chosen): Choice<Id>[] {
  const { model, reading } = opened(numbers, chosen);
  if (!fitReading(model, numbers, reading).ok) return [];
  const label = `$(edit) ${word(msg("Set the model's input to {shape}", { shape: inputText(model) }))}`;
  return [{ label, detail: word(msg("The weights are drawn anew for it, and the model is run.")), value: "input" }];
}

/** What the axes mean, in words. */
function detailOf({ shape, mask }: Numbers, { axes, window, missing }: Reading): Message[] {
  const said: Message[] = [];
  if (shape.length === 2) {
    if (axes === "asWritten") said.push(msg("Rows are time steps, columns are features."));
    else if (axes === "swapped") said.push(msg("Columns are time steps, rows are features."));
    else said.push(msg("Every row is a sequence of its own."));
  } else if (shape.length === 1) {
    said.push(axes === "swapped" ? msg("One time step with all numbers as features.") : msg("Every number is a time step."));
  }
  if (mask !== null) said.push(msg("Short rows are padded with zeros and masked."));
  if (window !== null) said.push(msg("Windows of {length} time steps, each {stride} behind the one before.", { ...window }));
  if (missing === "mask") said.push(msg("Time steps with a missing value are masked."));
  return said;
}
