/** The designer's state: what the host said, and what only this view knows. A pure reducer. */
import type { Failure } from "../../extension/core/errors.js";
import type { Message } from "../../extension/core/messages.js";
import { applyEdit, type ModelEdit } from "../../extension/core/model/edit.js";
import { readModel } from "../../extension/core/model/read.js";
import type { ModelSpec } from "../../extension/core/model/spec.js";
import { slotsOf } from "../../extension/core/model/stack.js";
import { writeModel } from "../../extension/core/model/write.js";
import type { DesignerState } from "../../extension/core/protocol/designer.js";
import { type Convention, conventions } from "./axes.js";

/** Items: 0 is the input, item i is layer i − 1 of the whole stack. −1: none. */
export type Item = number;

export type Menu =
  | { readonly kind: "presets" | "run"; readonly anchor: string }
  /** `index`: where a new layer goes; the layer whose menu it is. */
  | { readonly kind: "add"; readonly index: number; readonly anchor: string }
  | { readonly kind: "layer"; readonly item: Item; readonly anchor: string };

/** What stands in a field while somebody types; `edit` is null while it cannot be taken. */
export interface Draft {
  readonly key: string;
  readonly text: string;
  readonly edit: ModelEdit | null;
}

/** What follows once the host has answered an edit that moves layers. */
export interface Pending {
  readonly open?: Item;
  readonly why?: Item;
  readonly active?: Item;
  /** `data-key` of the element that gets the focus. */
  readonly focus?: string;
  readonly say?: Message;
  /** Another edit is under way too: the model that this one leads to. Left out: the next answer is this edit's. */
  readonly expected?: string;
}

export interface Drag {
  readonly from: Item;
  readonly over: { readonly item: Item; readonly place: "before" | "after" } | null;
}

export type News = { readonly kind: "edited"; readonly before: Message | null } | { readonly kind: "done" | "failed" };

export interface ViewState {
  readonly host: DesignerState | null;
  /** The host's model as read; null: none, or unreadable. */
  readonly model: ModelSpec | null;
  readonly unreadable: Failure | null;
  /** `model` with what is being typed and what the host has yet to answer. */
  readonly shown: ModelSpec | null;
  readonly draft: Draft | null;
  /** Values (no structure) that were sent, until the next state. */
  readonly unanswered: readonly ModelEdit[];
  readonly pending: Pending | null;
  readonly convention: Convention;
  readonly open: Item;
  readonly why: Item;
  readonly active: Item;
  readonly more: boolean;
  readonly menu: Menu | null;
  readonly drag: Drag | null;
  /** Asked for, until the view has set it. */
  readonly focus: string | null;
  /** For the live region; `serial` tells equal news apart. */
  readonly news: (News & { readonly serial: number }) | null;
  /** A run is shown as running only when it lasts. */
  readonly runRevealed: boolean;
}

export type Action =
  | { readonly type: "host"; readonly state: DesignerState }
  | { readonly type: "toggleCard" | "toggleWhy" | "activate"; readonly item: Item }
  | { readonly type: "convention"; readonly convention: Convention }
  | { readonly type: "more"; readonly open: boolean }
  | { readonly type: "menu"; readonly menu: Menu }
  | { readonly type: "closeMenu"; readonly refocus: boolean }
  | { readonly type: "draft"; readonly draft: Draft | null }
  | { readonly type: "sent"; readonly edit: ModelEdit | null; readonly pending: Pending }
  | { readonly type: "drag"; readonly drag: Drag | null }
  | { readonly type: "focus"; readonly key: string | null }
  | { readonly type: "revealRun" };

export const initialState: ViewState = {
  host: null,
  model: null,
  unreadable: null,
  shown: null,
  draft: null,
  unanswered: [],
  pending: null,
  convention: "keras",
  open: -1,
  why: -1,
  active: 1,
  more: false,
  menu: null,
  drag: null,
  focus: null,
  news: null,
  runRevealed: false,
};

export function reduce(state: ViewState, action: Action): ViewState {
  switch (action.type) {
    case "host":
      return received(state, action.state);
    case "toggleCard":
      return { ...state, open: state.open === action.item ? -1 : action.item, active: action.item };
    case "toggleWhy":
      return { ...state, why: state.why === action.item ? -1 : action.item };
    case "activate":
      return { ...state, active: action.item };
    case "convention":
      return { ...state, convention: action.convention };
    case "more":
      return state.more === action.open ? state : { ...state, more: action.open };
    case "menu":
      return { ...state, menu: state.menu?.anchor === action.menu.anchor ? null : action.menu };
    case "closeMenu":
      return state.menu === null ? state : { ...state, menu: null, focus: action.refocus ? state.menu.anchor : state.focus };
    case "draft":
      return withShown({ ...state, draft: action.draft });
    case "sent":
      return sent(state, action.edit, action.pending);
    case "drag":
      return { ...state, drag: action.drag };
    case "focus":
      return { ...state, focus: action.key };
    case "revealRun":
      return { ...state, runRevealed: state.host?.run.phase === "running" };
  }
}

/** Edits of a value are shown at once, so that a field never jumps back; edits of the structure wait for the host. */
function isValueEdit(edit: ModelEdit): boolean {
  return edit.op === "setOption" || edit.op === "setInput" || edit.op === "rename";
}

function sent(state: ViewState, edit: ModelEdit | null, pending: Pending): ViewState {
  const unanswered = edit !== null && isValueEdit(edit) ? [...state.unanswered, edit] : state.unanswered;
  return withShown({ ...state, draft: null, unanswered, pending: { ...pending, ...expected(state, edit) } });
}

/** An answer to an edit that was sent before is told from this one's by the model that it brings. */
function expected(state: ViewState, edit: ModelEdit | null): Pick<Pending, "expected"> {
  const alone = state.unanswered.length === 0 && state.pending === null;
  if (alone || edit === null || state.shown === null) return {};
  const next = applyEdit(state.shown, edit);
  return next.ok ? { expected: JSON.stringify(writeModel(next.value)) } : {};
}

function withShown(state: ViewState): ViewState {
  let shown = state.model;
  for (const edit of [...state.unanswered, state.draft?.edit ?? null]) {
    if (shown === null || edit === null) continue;
    const next = applyEdit(shown, edit);
    if (next.ok) shown = next.value;
  }
  return { ...state, shown };
}

function received(state: ViewState, host: DesignerState): ViewState {
  const changed = JSON.stringify(host.model) !== JSON.stringify(state.host?.model ?? null);
  let next: ViewState = { ...state, host, unanswered: [] };
  if (changed) next = withModel(next, host);
  // An edit that the host refused leaves the model as it is: what should have followed is dropped.
  if (state.pending !== null && (changed || host.run.phase !== "running")) next = answered(next, state.pending, changed);
  next = clamped(withShown(next));
  return withRunNews(next, state.host);
}

function answered(state: ViewState, pending: Pending, changed: boolean): ViewState {
  const { expected: awaited, ...rest } = pending;
  if (awaited !== undefined && state.model !== null && JSON.stringify(writeModel(state.model)) !== awaited)
    return { ...state, pending: rest };
  const next = { ...state, pending: null };
  return changed ? settled(next, rest) : next;
}

function withModel(state: ViewState, host: DesignerState): ViewState {
  if (host.model === null) return { ...state, model: null, unreadable: null };
  const read = readModel(host.model);
  return read.ok ? { ...state, model: read.value, unreadable: null } : { ...state, unreadable: read.error };
}

function settled(state: ViewState, pending: Pending): ViewState {
  return {
    ...state,
    open: pending.open ?? state.open,
    why: pending.why ?? state.why,
    active: pending.active ?? state.active,
    focus: pending.focus ?? state.focus,
    news: { kind: "edited", before: pending.say ?? null, serial: nextSerial(state) },
  };
}

/** The last item: cards below the input. */
export function itemsOf({ shown }: Pick<ViewState, "shown">): Item {
  return shown === null ? 0 : slotsOf(shown).length;
}

function clamped(state: ViewState): ViewState {
  const last = itemsOf(state);
  const inside = (item: Item): Item => (item > last ? -1 : item);
  return { ...state, open: inside(state.open), why: inside(state.why), active: Math.max(0, Math.min(last, state.active)) };
}

function withRunNews(state: ViewState, before: DesignerState | null): ViewState {
  const phase = state.host?.run.phase ?? "idle";
  const was = before?.run.phase ?? phase;
  const runRevealed = phase === "running" && was === "running" && state.runRevealed;
  if (phase !== was && (phase === "done" || phase === "failed")) {
    return { ...state, runRevealed, news: { kind: phase, serial: nextSerial(state) } };
  }
  return { ...state, runRevealed };
}

function nextSerial(state: ViewState): number {
  return (state.news?.serial ?? 0) + 1;
}

/** What outlives a reload of the view. */
export interface SavedView {
  readonly convention: Convention;
  readonly open: Item;
  readonly why: Item;
  readonly more: boolean;
}

export function savedView(state: ViewState): SavedView {
  return { convention: state.convention, open: state.open, why: state.why, more: state.more };
}

/** Takes back what an earlier view saved; what does not fit is ignored. */
export function restored(state: ViewState, saved: unknown): ViewState {
  if (typeof saved !== "object" || saved === null) return state;
  const { convention, open, why, more } = saved as Record<string, unknown>;
  const item = (value: unknown, otherwise: Item): Item => (Number.isSafeInteger(value) ? (value as number) : otherwise);
  return {
    ...state,
    convention: conventions.find((known) => known === convention) ?? state.convention,
    open: item(open, state.open),
    why: item(why, state.why),
    more: typeof more === "boolean" ? more : state.more,
  };
}
