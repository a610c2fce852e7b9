/** The equations of a step as MathML with its numbers in them. `scripts/lib/equations.cjs` makes them when the bundle is built. */
import { html, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import type { RecurrentSpec } from "../../extension/core/model/spec.js";
import { activationName } from "./traceWords.js";

declare const UNROLL_EQUATIONS: Readonly<Record<string, readonly string[]>> | undefined;

export interface EquationPlace {
  /** From 1. */
  readonly now: number;
  /** 0: the start state. */
  readonly before: number;
}

/** What the direction, or cell, computes in a step; the most telling line first. */
export function equationsOf(cell: RecurrentSpec, { now, before }: EquationPlace): TemplateResult[] {
  const kind = cell.className === "SimpleRNN" ? "simple_rnn" : cell.className === "LSTM" ? "lstm" : cell.resetAfter ? "gru" : "gru_before";
  return filled(kind, cell.useBias, { now: String(now), before: String(before), act: cell.activation, gate: cell.recurrentActivation });
}

export function denseEquation(activation: string, useBias: boolean, now: number): TemplateResult[] {
  return filled("dense", useBias, { now: String(now), before: "", act: activation, gate: "" });
}

function filled(kind: string, useBias: boolean, words: Readonly<Record<"now" | "before" | "act" | "gate", string>>): TemplateResult[] {
  const all = typeof UNROLL_EQUATIONS === "undefined" ? {} : UNROLL_EQUATIONS;
  const lines = all[useBias ? kind : `${kind} nobias`] ?? [];
  const put = (line: string): string =>
    line.replace(/@(now|before|act|gate)/g, (_, name: "now" | "before" | "act" | "gate") => {
      // Digits, or the name of an activation: letters and "_". Nothing that HTML could read.
      const text = name === "act" || name === "gate" ? activationName(words[name]) : words[name];
      return text.replace(/[^\p{L}\p{N}_ ]/gu, "");
    });
  return lines.map((line) => html`<div class="equation">${unsafeHTML(put(line))}</div>`);
}
