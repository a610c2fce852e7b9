/** The menus: presets, add, a layer's actions, data and device. Entries that cannot be used stay, and say why. */
import { html, nothing, type TemplateResult } from "lit";
import { limits } from "../../../extension/core/model/limits.js";
import { designerPresets } from "../../../extension/core/model/presets.js";
import type { LayerClass } from "../../../extension/core/model/spec.js";
import type { DeviceView } from "../../../extension/core/protocol/device.js";
import { icon, type IconName, isIcon } from "../../shared/icons.js";
import { t, worded } from "../../shared/l10n.js";
import { canWrap } from "../controller.js";
import { type Frame, offers } from "../frame.js";
import { menuStep } from "../keys.js";
import type { Item, Menu } from "../state.js";
import { purpose } from "../words.js";
import { layerTypes, RECURRENT_TYPES } from "./bodies.js";
import { stepsView } from "./tuple.js";

interface Entry {
  readonly label: string;
  readonly text?: string;
  readonly icon?: IconName;
  readonly key?: string;
  readonly steps?: TemplateResult;
  /** One of a group: chosen or not. */
  readonly on?: boolean;
  /** Why it cannot be used. */
  readonly no?: string | null;
  readonly run: () => void;
}

interface Group {
  readonly title?: string;
  readonly entries: readonly Entry[];
}

interface MenuContent {
  readonly name: string;
  readonly groups: readonly Group[];
  readonly note?: string | null;
}

export function menuView(frame: Frame, menu: Menu): TemplateResult {
  const content = contentOf(frame, menu);
  const entries = content.groups.flatMap((group) => group.entries);
  const classes = ["menu", entries.some((entry) => entry.on !== undefined || entry.icon !== undefined) ? "marked" : ""].join(" ").trim();
  const keydown = (event: KeyboardEvent): void => menuKey(frame, event);
  return html`<div class=${classes} role="menu" tabindex="-1" aria-label=${content.name} @keydown=${keydown}>
    ${content.groups.map((group) => groupView(frame, group))}${content.note ? html`<p class="menu-note">${content.note}</p>` : nothing}
  </div>`;
}

function groupView(frame: Frame, group: Group): TemplateResult {
  return html`<div class="menu-group" role="group" aria-label=${group.title ?? nothing}>
    ${group.title === undefined ? nothing : html`<div class="menu-title" aria-hidden="true">${group.title}</div>`}${group.entries.map(
      (entry) => entryView(frame, entry),
    )}
  </div>`;
}

function entryView({ act }: Frame, entry: Entry): TemplateResult {
  const off = entry.no != null;
  const choose = (): void => {
    if (off) return;
    act.closeMenu();
    entry.run();
  };
  return html`<button
    class="menu-item${entry.icon === undefined ? "" : " has-icon"}"
    type="button"
    tabindex="-1"
    role=${entry.on === undefined ? "menuitem" : "menuitemradio"}
    aria-checked=${entry.on ?? nothing}
    aria-disabled=${off ? "true" : nothing}
    @click=${choose}
  >
    ${icon(entry.icon ?? "check", "i mark")}<span class="menu-label">${entry.label}</span>${entry.steps ?? nothing}${
      entry.key === undefined ? nothing : html`<kbd>${entry.key}</kbd>`
    }<span class="menu-text">${entry.no ?? entry.text ?? ""}</span>
  </button>`;
}

function menuKey(frame: Frame, event: KeyboardEvent): void {
  const box = event.currentTarget as HTMLElement;
  if (event.key === "Tab") {
    event.preventDefault();
    frame.act.closeMenu();
    return;
  }
  const all = [...box.querySelectorAll<HTMLElement>(".menu-item")];
  const at = all.findIndex((item) => item === document.activeElement);
  const next = menuStep(event.key, at, all.length);
  if (next === null) return;
  event.preventDefault();
  event.stopPropagation();
  all[next]?.focus();
}

// ---------------------------------------------------------------- contents

function contentOf(frame: Frame, menu: Menu): MenuContent {
  switch (menu.kind) {
    case "presets":
      return presetMenu(frame);
    case "add":
      return addMenu(frame, menu.index);
    case "layer":
      return layerMenu(frame, menu.item);
    case "run":
      return runMenu(frame);
  }
}

function presetMenu({ act }: Frame): MenuContent {
  const entries = designerPresets.map((preset): Entry => {
    const steps = stepsView(preset.leaves === "vector" ? 1 : 4, preset.leaves === "last");
    return { label: worded(preset.label), text: worded(preset.detail), steps, run: () => act.preset(preset.id) };
  });
  return { name: t("Presets"), groups: [{ entries }], note: t("Replaces the layers. Undo brings them back.") };
}

function addMenu(frame: Frame, index: number): MenuContent {
  const { act } = frame;
  const full = act.isFull() ? t("A model has at most {limit} layers.", { limit: limits.layers }) : null;
  const entry = (type: LayerClass): Entry => {
    const first =
      type === "Embedding" && frame.places.slice(0, index).some((place) => place >= 0)
        ? t("Only as the first layer: it reads token ids")
        : null;
    return {
      label: type === "RNN" ? t("RNN of cells") : type,
      text: purpose(type),
      icon: isIcon(type) ? type : "layer",
      no: full ?? first,
      run: () => act.add(type, index),
    };
  };
  const groups = [
    { title: t("Recurrent"), entries: layerTypes.slice(0, RECURRENT_TYPES).map(entry) },
    { title: t("Around them"), entries: layerTypes.slice(RECURRENT_TYPES).map(entry) },
  ];
  return { name: t("Add layer"), groups };
}

function layerMenu(frame: Frame, item: Item): MenuContent {
  const { act, host, stack } = frame;
  const { layer, disabled = false } = stack[item - 1] ?? {};
  const count = stack.length;
  const needed = act.canSpare(item) ? null : t("A model needs a layer");
  const both = layer?.className === "Bidirectional";
  const move: Entry[] = [
    { label: t("Move up"), key: "Alt+↑", no: item < 2 ? t("It is the first layer") : null, run: () => act.move(item, item - 1) },
    { label: t("Move down"), key: "Alt+↓", no: item >= count ? t("It is the last layer") : null, run: () => act.move(item, item + 1) },
  ];
  const change: Entry[] = [
    {
      label: both ? t("Unwrap Bidirectional") : t("Wrap in Bidirectional"),
      no: layer !== undefined && canWrap(layer) ? null : t("Only recurrent layers have two directions"),
      run: () => act.wrap(item, !both),
    },
    {
      label: t("Duplicate"),
      key: "Shift+Alt+↓",
      no: act.isFull() ? t("A model has at most {limit} layers.", { limit: limits.layers }) : null,
      run: () => act.duplicate(item),
    },
    disabled
      ? { label: t("Enable"), run: () => act.disable(item, false) }
      : { label: t("Disable"), text: t("Kept here, left out of the run"), no: needed, run: () => act.disable(item, true) },
    { label: t("Remove"), key: "Delete", no: count < 2 ? t("A model needs a layer") : needed, run: () => act.remove(item) },
  ];
  const text: Group[] = offers(host, "text") ? [{ entries: [{ label: t("Show in text"), run: () => act.command("text") }] }] : [];
  return { name: t("More actions"), groups: [{ entries: move }, { entries: change }, ...text] };
}

function runMenu({ act, host }: Frame): MenuContent {
  const { data, device } = host;
  const none = data === null ? t("Nothing is selected yet") : null;
  const from: Entry[] = [{ label: t("Last selection"), text: data?.label ?? "", on: data !== null, no: none, run: () => {} }];
  if (offers(host, "selection")) {
    from.push({
      label: t("Take the selection in the editor"),
      text: t("Numbers, lists, tables, printed arrays"),
      on: false,
      run: () => act.command("selection"),
    });
  }
  // The reason stands under the device that it is about; elsewhere it is said below.
  const said = device.options.some((option) => !option.available && option.reason === device.reason);
  return {
    name: t("Choose data and device"),
    groups: [{ title: t("Run on"), entries: from }, deviceGroup(device, act)],
    note: said ? null : device.reason,
  };
}

function deviceGroup(device: DeviceView, act: Frame["act"]): Group {
  const best = device.options.find((option) => option.available);
  const entries = device.options.map((option): Entry => {
    const label = option.kind === "cuda" ? "GPU" : option.kind === "cpu" ? "CPU" : t("Plain JavaScript");
    const text = option.kind === "js" ? t("Slow and exact: float64") : option.name;
    const no = option.available ? null : (option.brief ?? option.reason ?? t("Not available here"));
    return { label, text, on: device.chosen === option.kind, no, run: () => act.device(option.kind) };
  });
  const automatic: Entry = { label: t("Automatic"), text: best?.name ?? "", on: device.chosen === "auto", run: () => act.device("auto") };
  return { title: t("Device"), entries: [automatic, ...entries] };
}
