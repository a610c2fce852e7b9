/** Traced numbers in words: their names, where they stand, and what made them. */
import type { CellTrace, Ledger, Quantity, Term, Trace, TraceAddress } from "../../extension/core/trace/trace.js";
import { t } from "../shared/l10n.js";
import { clip } from "./names.js";
import { fixed, signed, subscript } from "./numbers.js";
import type { Outputs } from "./outputs.js";
import { type LayerPart, ownPart, partAt } from "./parts.js";
import { gateWord, partWord } from "./words.js";

const NAME = 40;

export function quantityName(quantity: Quantity): string {
  return quantity === "candidate" ? "c̃" : quantity === "output" ? "y" : quantity;
}

export function activationName(activation: string): string {
  return activation === "sigmoid" ? "σ" : activation;
}

/** "h₃[2]": step and unit from 1, as people count. */
export function symbol(letter: string, step: number | null, unit: number): string {
  return `${letter}${step === null ? "" : subscript(step + 1)}[${unit + 1}]`;
}

/** An output of one direction, or cell, is its h. */
export function numberName(outputs: Outputs, address: TraceAddress): string {
  const { layer, part, unit, quantity } = ownPart(outputs, address);
  const { step } = address;
  const about = partAt(outputs, { layer, part });
  const own = quantity === "output" && about?.own !== null && !isMerged(about) ? "h" : quantity;
  return symbol(quantityName(own), isTimed(outputs, { layer, part }) ? step : null, unit);
}

/** Its output is made of both directions' numbers. */
function isMerged(part: LayerPart | null): boolean {
  return part?.spec?.className === "Bidirectional" && ["sum", "mul", "ave"].includes(part.spec.mergeMode ?? "");
}

export function isTimed(outputs: Outputs, address: Pick<TraceAddress, "layer" | "part">): boolean {
  const about = partAt(outputs, address);
  return about !== null && (about.own !== null || about.steps > 1 || hasSteps(outputs, about.layer));
}

function hasSteps(outputs: Outputs, layer: number): boolean {
  return outputs.layers.find(({ index }) => index === layer)?.tensors.some(({ shape }) => shape.length === 3) ?? false;
}

/** "LSTM · forward". */
export function partTitle(part: LayerPart): string {
  const word = partWord(part);
  return word === "" ? clip(part.title, NAME) : `${clip(part.title, NAME)} · ${word}`;
}

/** "LSTM · forward · step 3 · unit 2". */
export function placeOf(outputs: Outputs, given: TraceAddress): string {
  const address = { ...given, ...ownPart(outputs, given) };
  const part = partAt(outputs, address);
  const merged = address.quantity === "output" && isMerged(part);
  const title = part === null ? "" : merged ? clip(part.spec?.name ?? part.title, NAME) : partTitle(part);
  const step = isTimed(outputs, address) ? [t("step {n}", { n: address.step + 1 })] : [];
  return [title, ...step, t("unit {n}", { n: address.unit + 1 })].join(" · ");
}

/** How a term is called in its sum. */
export function termName(term: Term, trace: Trace, timed: boolean): string {
  const { source, index } = term;
  if (source === "bias") return symbol("b", null, index);
  if (source === "recurrentBias") return symbol("b′", null, index);
  if (source === "x") return symbol("x", timed ? trace.at.step : null, index);
  const before = trace.kind === "cell" ? trace.stepBefore : null;
  // The start state has no step: it is h₀, or stands after the last.
  return before === null ? `h₀[${index + 1}]` : symbol("h", before, index);
}

/** The finding of a sum in one sentence. */
export function sumSentence(outputs: Outputs, trace: Trace, ledger: Ledger): string {
  const { largest, biases, count, sum, value, activation } = ledger;
  const timed = isTimed(outputs, trace.at);
  const args = {
    n: count - biases,
    sum: fixed(sum, 4),
    activation: activationName(activation),
    value: fixed(value, 4),
    name: largest === null ? "" : termName(largest, trace, timed),
    product: largest === null ? "" : signed(largest.product, 2),
  };
  const text =
    biases === 0
      ? t("{n} products add up to {sum}; {activation} gives {value}. Largest pull: {name} ({product}).", args)
      : biases === 1
        ? t("{n} products and the bias add up to {sum}; {activation} gives {value}. Largest pull: {name} ({product}).", args)
        : t("{n} products and two biases add up to {sum}; {activation} gives {value}. Largest pull: {name} ({product}).", args);
  const own = trace.kind === "cell" && trace.cell !== "simple_rnn";
  return own ? t("{gate}: {text}", { gate: capital(gateWord(ledger.gate)), text }) : text;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How sensitive the result still is. */
export function slopeSentence({ slope, activation }: Ledger): string {
  if (slope === null) return t("{activation} looks at all units at once.", { activation });
  if (Number.isNaN(slope)) return "";
  const moved = fixed(Math.abs(slope) * 0.1, 3);
  return Math.abs(slope) < 0.1
    ? t("Nearly saturated: a change of 0.10 in the sum moves the result by only {moved}.", { moved })
    : t("Still sensitive: a change of 0.10 in the sum moves the result by about {moved}.", { moved });
}

/** What happened in place of a sum. */
export function passingSentence(trace: Exclude<Trace, { kind: "cell" | "dense" }>): string {
  const value = fixed(trace.value, 4);
  switch (trace.kind) {
    case "held":
      if (trace.how === "zero") return t("This step is masked: its output is 0.");
      if (trace.how === "shut") return t("This step is masked: nothing was computed, its gates stay 0.");
      return trace.from === null
        ? t("This step is masked: nothing was computed. The start state is carried on.")
        : t("This step is masked: nothing was computed. The state of step {n} is carried on.", { n: trace.from + 1 });
    case "merge": {
      const [a, b] = trace.parts.map((part) => fixed(part, 4)) as [string, string];
      if (trace.mode === "mul") return t("Forward times backward: {a} × {b} = {value}.", { a, b, value });
      if (trace.mode === "ave") return t("The mean of both directions: ({a} + {b}) / 2 = {value}.", { a, b, value });
      return t("Forward plus backward: {a} + {b} = {value}.", { a, b, value });
    }
    case "lookup":
      return t("Token id {id}: number {n} of that row in the table.", { id: trace.id, n: trace.at.unit + 1 });
    case "passed": {
      if (trace.masked) return t("Masking takes this step out: it gives 0.");
      const from = fixed(trace.from, 4);
      if (trace.activation === "linear") return t("Passed on as it came in: {from}.", { from });
      return t("{activation} of {from} gives {value}.", { activation: activationName(trace.activation), from, value });
    }
  }
}

/** The formulas that join the gates, with this step's numbers. */
export function recipe(trace: CellTrace): string[] {
  const n = (v: number): string => (v < 0 ? `(${fixed(v, 4)})` : fixed(v, 4));
  const gate = (key: Quantity): number => trace.gates.find((one) => one.key === key)?.value ?? NaN;
  const act = activationName(trace.activation);
  const before = trace.stepBefore === null ? "₀" : subscript(trace.stepBefore + 1);
  const now = subscript(trace.at.step + 1);
  if (trace.c !== null) {
    const { before: c, value, activated } = trace.c;
    return [
      `h${now} = o · ${act}(c${now}) = ${n(gate("o"))} × ${n(activated)} = ${fixed(trace.h, 4)}`,
      `c${now} = f · c${before} + i · c̃ = ${n(gate("f"))} × ${n(c)} + ${n(gate("i"))} × ${n(gate("candidate"))} = ${fixed(value, 4)}`,
    ];
  }
  if (trace.cell !== "gru") return [];
  const z = gate("z");
  const mixed = `${n(z)} × ${n(trace.hBefore)} + ${n(1 - z)} × ${n(gate("candidate"))}`;
  return [`h${now} = z · h${before} + (1 − z) · c̃ = ${mixed} = ${fixed(trace.h, 4)}`];
}
