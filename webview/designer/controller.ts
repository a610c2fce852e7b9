/** What the designer does when somebody acts: state changes here, intents to the host. */
import { isRecurrent, type LayerClass, type LayerSpec, type ModelSpec } from "../../extension/core/model/spec.js";
import type { OptionValue } from "../../extension/core/model/options.js";
import { slotsOf } from "../../extension/core/model/stack.js";
import { limits } from "../../extension/core/model/limits.js";
import { type Message, msg } from "../../extension/core/messages.js";
import type { ModelEdit } from "../../extension/core/model/edit.js";
import type { DesignerCommand, DesignerFromView } from "../../extension/core/protocol/designer.js";
import type { DeviceChoice } from "../../extension/core/protocol/device.js";
import { type Action, type Item, itemsOf, type Menu, type Pending, reduce, type ViewState } from "./state.js";
import type { Trouble } from "./troubles.js";
import { title } from "./words.js";

export class Controller {
  constructor(
    public state: ViewState,
    private readonly post: (message: DesignerFromView) => void,
    private readonly changed: () => void,
  ) {}

  dispatch(action: Action): void {
    const next = reduce(this.state, action);
    if (next === this.state) return;
    this.state = next;
    this.changed();
  }

  /** What asked for the focus; asked for once. */
  takeFocus(): string | null {
    const key = this.state.focus;
    if (key !== null) this.state = reduce(this.state, { type: "focus", key: null });
    return key;
  }

  /** Sends an edit; `pending` follows when the host has answered. */
  edit(edit: ModelEdit, pending: Pending = {}): void {
    this.post({ type: "editModel", edit });
    this.dispatch({ type: "sent", edit, pending });
  }

  /** Sets an option of the layer of `item`. */
  set(item: Item, key: string, value: OptionValue, pending: Pending = {}): void {
    this.edit({ op: "setOption", index: item - 1, key, value }, pending);
  }

  setType(item: Item, className: LayerClass): void {
    this.edit({ op: "setType", index: item - 1, className }, { focus: `${item}-type` });
  }

  wrap(item: Item, both: boolean): void {
    this.edit({ op: both ? "wrap" : "unwrap", index: item - 1 });
  }

  // ---- fields that are typed into

  draft(key: string, text: string, edit: ModelEdit | null): void {
    this.dispatch({ type: "draft", draft: { key, text, edit } });
  }

  /** The field was left or Enter was pressed: a draft that can be taken is sent, another one forgotten. */
  commit(key: string): void {
    const draft = this.state.draft;
    if (draft?.key !== key) return;
    if (draft.edit === null) this.dispatch({ type: "draft", draft: null });
    else this.edit(draft.edit);
  }

  forgetDraft(): void {
    if (this.state.draft !== null) this.dispatch({ type: "draft", draft: null });
  }

  // ---- the stack

  add(className: LayerClass, index: number): void {
    const at = index + 1;
    this.structure({ op: "add", index, className }, at, msg("{layer} added", { layer: className }));
  }

  duplicate(item: Item): void {
    const layer = this.layer(item);
    if (layer === undefined || this.isFull()) return;
    this.structure({ op: "duplicate", index: item - 1 }, item + 1, msg("{layer} added", { layer: title(layer) }));
  }

  remove(item: Item): void {
    const layer = this.layer(item);
    const left = itemsOf(this.state) - 1;
    if (layer === undefined || left < 1 || !this.canSpare(item)) return;
    this.structure({ op: "remove", index: item - 1 }, Math.min(item, left), msg("{layer} removed", { layer: title(layer) }));
  }

  move(item: Item, to: Item): void {
    const layer = this.layer(item);
    const count = itemsOf(this.state);
    if (layer === undefined || to < 1 || to > count || to === item) return;
    const say = msg("{layer} moved to {i} of {n}", { layer: title(layer), i: to, n: count });
    this.structure({ op: "move", from: item - 1, to: to - 1 }, to, say, this.state.open === item ? to : -1);
  }

  disable(item: Item, disabled: boolean): void {
    const layer = this.layer(item);
    if (layer === undefined || (disabled && !this.canSpare(item))) return;
    const say = disabled ? msg("{layer} disabled", { layer: title(layer) }) : msg("{layer} enabled", { layer: title(layer) });
    this.edit({ op: "setDisabled", index: item - 1, disabled }, { active: item, focus: `head${item}`, say });
  }

  preset(id: string): void {
    this.edit({ op: "preset", id }, { open: -1, why: -1, active: 1, focus: "presets" });
  }

  private structure(edit: ModelEdit, at: Item, say: Message, open: Item = -1): void {
    this.edit(edit, { open, why: -1, active: at, focus: `head${at}`, say });
  }

  isFull(): boolean {
    return itemsOf(this.state) >= limits.layers;
  }

  /** Whether a layer that runs is left without this one. */
  canSpare(item: Item): boolean {
    const shown = this.state.shown;
    return shown !== null && (shown.layers.length > 1 || slotsOf(shown)[item - 1]?.disabled === true);
  }

  private layer(item: Item): LayerSpec | undefined {
    return this.state.shown === null ? undefined : slotsOf(this.state.shown)[item - 1]?.layer;
  }

  // ---- the input

  setInput(shape: readonly (number | null)[], pending: Pending = {}): void {
    this.edit({ op: "setInput", shape }, pending);
  }

  /** Gives the batch a size, so that a state can be kept. */
  fixBatch(model: ModelSpec, item: Item): void {
    this.setInput([1, ...(model.input ?? [null, null, null]).slice(1)], { focus: `${item}-stateful` });
  }

  // ---- troubles

  fix(item: Item, trouble: Trouble, choice = 0): void {
    const fix = trouble.fixes[choice];
    if (fix !== undefined) this.edit(fix.edit, { focus: `head${item}` });
  }

  /** Leads to the first broken edge. */
  showTrouble(troubles: readonly (Trouble | null)[]): void {
    const item = troubles.findIndex((trouble) => trouble !== null);
    if (item < 0) return;
    this.dispatch({ type: "activate", item });
    this.dispatch({ type: "focus", key: (troubles[item]?.fixes.length ?? 0) > 0 ? `fix${item}-0` : `head${item}` });
  }

  // ---- menus, running, the rest

  menu(menu: Menu): void {
    this.dispatch({ type: "menu", menu });
  }

  closeMenu(refocus = true): void {
    this.dispatch({ type: "closeMenu", refocus });
  }

  run(): void {
    this.post({ type: "runRequested" });
  }

  cancel(): void {
    this.post({ type: "cancelRequested" });
  }

  undo(): void {
    this.post({ type: "undo" });
    this.dispatch({ type: "sent", edit: null, pending: {} });
  }

  redo(): void {
    this.post({ type: "redo" });
    this.dispatch({ type: "sent", edit: null, pending: {} });
  }

  device(device: DeviceChoice): void {
    this.post({ type: "deviceChosen", device });
  }

  action(id: string): void {
    this.post({ type: "actionChosen", id });
  }

  command(id: DesignerCommand): void {
    this.post({ type: "command", id });
    // The button that was pressed is gone once there is a model.
    const pending = { active: 1, focus: "head1" };
    if (this.state.shown === null && (id === "tutorial" || id === "blank")) this.dispatch({ type: "sent", edit: null, pending });
  }
}

/** Whether a layer can be wrapped in Bidirectional, or already is. */
export function canWrap(layer: LayerSpec): boolean {
  return layer.className === "Bidirectional" || isRecurrent(layer);
}
