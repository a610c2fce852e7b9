/** The states of stateful layers between runs. The host has them, so that they outlive the engine; a changed model starts at zero. */
import * as vscode from "vscode";
import { stateSlots } from "../../core/model/input.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { writeModel } from "../../core/model/write.js";
import type { WireTensor } from "../../core/protocol/engine.js";
import { msg } from "../../core/messages.js";
import type { ModelDocument } from "../model/modelDocument.js";
import type { ModelStore } from "../model/modelStore.js";
import { word } from "../words.js";
import type { RunData } from "./records.js";

interface Held {
  /** The model and its seed, as text: other weights make other states. */
  readonly key: string;
  /** One a stateful slot, in their order; null: zeros, of no batch yet. */
  readonly states: readonly WireTensor[] | null;
  /** A model before this one had states that are gone. */
  readonly replaced: boolean;
}

export const stateNotes = {
  carried: msg("The states go on from the run before."),
  replaced: msg("The model changed: its states start at zero."),
};

export type StateSlot = ReturnType<typeof stateSlots>[number];

export function statefulSlots(model: ModelSpec): StateSlot[] {
  return stateSlots(model).filter((slot) => slot.stateful);
}

export class ModelStates implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly held = new WeakMap<object, Held>();
  /** Of models that no document has (any more): a kept run that is run again. */
  private readonly elsewhere = {};

  /** @param seedOf the seed that a run of the model would take */
  constructor(
    private readonly store: ModelStore,
    private readonly seedOf: (model: ModelSpec) => number,
  ) {}

  /** What a run begins with. undefined: the model keeps no states. */
  begin(model: ModelSpec, seed: number): Pick<Held, "states" | "replaced"> | undefined {
    return statefulSlots(model).length === 0 ? undefined : this.heldOf(this.ownerOf(model), keyOf(model, seed));
  }

  /** After a run that went well. */
  keep(model: ModelSpec, seed: number, states: readonly WireTensor[]): void {
    if (statefulSlots(model).length === 0) return;
    this.held.set(this.ownerOf(model), { key: keyOf(model, seed), states, replaced: false });
    this.changed.fire();
  }

  /** Of the model that is shown; null: it keeps none. */
  get shown(): { readonly model: ModelSpec; readonly states: readonly WireTensor[] | null; readonly replaced: boolean } | null {
    const { model, document } = this.store;
    if (model === null || statefulSlots(model).length === 0) return null;
    return { model, ...this.heldOf(document, keyOf(model, this.seedOf(model))) };
  }

  /** Sets one state of the model that is shown; the others stay, or are zeros of its batch. */
  set(index: number, state: WireTensor): void {
    const { shown } = this;
    if (shown === null) return;
    const batch = state.shape[0] ?? 1;
    const before = shown.states ?? statefulSlots(shown.model).map(({ units }) => zeros([batch, units]));
    this.replace(before.map((old, i) => (i === index ? state : old)));
  }

  /** All states of the model that is shown are zero, and of no batch. */
  reset(): void {
    this.replace(null);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private replace(states: readonly WireTensor[] | null): void {
    const { model, document } = this.store;
    if (model === null) return;
    this.held.set(document, { key: keyOf(model, this.seedOf(model)), states, replaced: false });
    this.changed.fire();
  }

  private ownerOf(model: ModelSpec): ModelDocument | object {
    const { model: shown, document } = this.store;
    return shown !== null && textOf(shown) === textOf(model) ? document : this.elsewhere;
  }

  private heldOf(owner: object, key: string): Held {
    const held = this.held.get(owner);
    if (held?.key === key) return held;
    return { key, states: null, replaced: held?.states != null };
  }
}

/** Where the states of a run come from, among what is said about its data. */
export function withStateNote(data: RunData, begin: Pick<Held, "states" | "replaced"> | undefined): RunData {
  if (begin === undefined || (begin.states === null && !begin.replaced)) return data;
  const note = begin.replaced ? stateNotes.replaced : stateNotes.carried;
  return {
    ...data,
    notes: [...data.notes.filter((line) => line !== word(stateNotes.replaced) && line !== word(stateNotes.carried)), word(note)],
  };
}

export function zeros(shape: readonly number[]): WireTensor {
  return { shape, data: new Float32Array(shape.reduce((size, d) => size * d, 1)) };
}

function keyOf(model: ModelSpec, seed: number): string {
  return `${seed} ${textOf(model)}`;
}

/** Of what runs: a layer that is switched off, or a name, changes no number. */
function textOf({ disabled: _, ...model }: ModelSpec): string {
  return JSON.stringify(writeModel({ ...model, name: "" }));
}
