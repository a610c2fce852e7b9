/** The stacks to start from: the tutorial's rows for the run, and the designer's seven forms. */
import { type Message, msg } from "../messages.js";
import { bidirectional, dense, embedding, recurrent, repeatVector, uniqueName } from "./defaults.js";
import type { LayerSpec, ModelSpec, SymbolicShape } from "./spec.js";

export interface Preset {
  readonly id: string;
  /** As Keras code says it, or in words. */
  readonly label: Message;
  readonly detail: Message;
  /** Squares of the designer's picture: what leaves the model. */
  readonly leaves: "every" | "last" | "vector";
  build(input: SymbolicShape | null): ModelSpec;
}

/** Input of the tutorial's first example: 4 time steps of 5 features. */
const TUTORIAL_INPUT: SymbolicShape = [null, 4, 5];

function stack(name: string, layers: readonly LayerSpec[], input: SymbolicShape | null): ModelSpec {
  const taken = new Set<string>();
  const named = layers.map((layer) => {
    const unique = uniqueName(layer.name, taken);
    taken.add(unique);
    return { ...layer, name: unique };
  });
  return { name, kerasVersion: 3, input: input ?? TUTORIAL_INPUT, layers: named, seed: null };
}

const sequence = (input: SymbolicShape | null): SymbolicShape => (input?.length === 3 ? input : TUTORIAL_INPUT);

function row(id: string, label: Message, detail: Message, leaves: Preset["leaves"], layers: () => LayerSpec[]): Preset {
  return { id, label, detail, leaves, build: (input) => stack(id, layers(), sequence(input)) };
}

const all = { returnSequences: true };

/** Each row of the tutorial, in its order; the first is what a first run takes. */
export const tutorialPresets: readonly Preset[] = [
  row("simple_rnn", msg("SimpleRNN(3)"), msg("The last hidden state"), "last", () => [recurrent("SimpleRNN", 3)]),
  row("simple_rnn_sequences", msg("SimpleRNN(3, return_sequences=True)"), msg("The hidden state of every time step"), "every", () => [
    recurrent("SimpleRNN", 3, all),
  ]),
  row("simple_rnn_state", msg("SimpleRNN(3, return_state=True)"), msg("The output and the last hidden state"), "last", () => [
    recurrent("SimpleRNN", 3, { returnState: true }),
  ]),
  row(
    "simple_rnn_sequences_state",
    msg("SimpleRNN(3, return_sequences=True, return_state=True)"),
    msg("Every time step, and the last hidden state"),
    "every",
    () => [recurrent("SimpleRNN", 3, { returnSequences: true, returnState: true })],
  ),
  row(
    "lstm",
    msg("LSTM(3, return_sequences=True, return_state=True)"),
    msg("Every time step, the last hidden state and the cell state"),
    "every",
    () => [recurrent("LSTM", 3, { returnSequences: true, returnState: true })],
  ),
  row("deep_rnn", msg("SimpleRNN(3) → SimpleRNN(3)"), msg("Deep: the first layer returns sequences"), "every", () => [
    recurrent("SimpleRNN", 3, all),
    recurrent("SimpleRNN", 3, all),
  ]),
  row("bidirectional_lstm", msg("Bidirectional(LSTM(3))"), msg("Every time step and the states of both directions"), "every", () => [
    bidirectional(recurrent("LSTM", 3, { returnSequences: true, returnState: true })),
  ]),
  row("deep_bidirectional", msg("4 × Bidirectional(SimpleRNN(3))"), msg("Deep and bidirectional, four layers"), "every", () =>
    Array.from({ length: 4 }, () => bidirectional(recurrent("SimpleRNN", 3, all))),
  ),
];

/** The designer's menu. */
export const designerPresets: readonly Preset[] = [
  row("many_to_one", msg("Many to one"), msg("A sequence in, one vector out"), "last", () => [recurrent("SimpleRNN", 3)]),
  row("many_to_many", msg("Many to many"), msg("An output for every step"), "every", () => [recurrent("SimpleRNN", 3, all)]),
  {
    id: "one_to_many",
    label: msg("One to many"),
    detail: msg("One vector in, a sequence out"),
    leaves: "every",
    build: (input) => stack("one_to_many", [repeatVector(4), recurrent("LSTM", 3, all), dense(1)], [null, input?.at(-1) ?? 5]),
  },
  row("deep", msg("Deep"), msg("Two layers, the first returns sequences"), "last", () => [recurrent("LSTM", 8, all), recurrent("LSTM", 4)]),
  row("bidirectional", msg("Bidirectional"), msg("Reads both ways, then joins"), "last", () => [bidirectional(recurrent("LSTM", 3))]),
  row("deep_bidirectional_2", msg("Deep bidirectional"), msg("Two layers, both ways"), "every", () => [
    bidirectional(recurrent("LSTM", 8, all)),
    bidirectional(recurrent("LSTM", 4, all)),
  ]),
  {
    id: "encoder",
    label: msg("Encoder"),
    detail: msg("Text to its last h and c"),
    leaves: "vector",
    build: () => stack("encoder", [embedding(1000, 8, { maskZero: true }), recurrent("LSTM", 8, { returnState: true })], [null, null]),
  },
];

export function presetById(id: string): Preset | undefined {
  return [...tutorialPresets, ...designerPresets].find((preset) => preset.id === id);
}
