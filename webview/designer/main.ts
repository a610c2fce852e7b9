/** The designer's page: connects to the host, renders after every change, and routes the keyboard. */
import "../shared/base.css";
import "./styles/cards.css";
import "./styles/fields.css";
import "./styles/edges.css";
import "./styles/foot.css";
import "./styles/menus.css";
import "./styles/frame.css";
import { render } from "lit";
import { decodeDesignerFromHost, type DesignerFromHost, type DesignerFromView } from "../../extension/core/protocol/designer.js";
import { connect } from "../shared/bridge.js";
import { setLanguage } from "../shared/l10n.js";
import { Controller } from "./controller.js";
import { frameOf } from "./frame.js";
import { keyCommand, type KeyCommand, nearestFix } from "./keys.js";
import { applyFocus, focusMenu, placeMenu, setProgress } from "./placing.js";
import { initialState, itemsOf, restored, savedView } from "./state.js";
import { designerView } from "./views/designer.js";
import { run } from "./views/foot.js";

/** A run that is over sooner is never shown as running. */
const RUN_SHOWN_AFTER_MS = 300;

const bridge = connect<DesignerFromHost, DesignerFromView>(decodeDesignerFromHost, receive);
const controller = new Controller(restored(initialState, bridge.saved()), (message) => bridge.post(message), draw);
let revealTimer: ReturnType<typeof setTimeout> | undefined;

function receive(message: DesignerFromHost): void {
  if (message.type === "init") {
    setLanguage(message.locale, message.strings);
    document.documentElement.lang = message.locale;
    draw();
    return;
  }
  const wasRunning = controller.state.host?.run.phase === "running";
  controller.dispatch({ type: "host", state: message });
  if (message.run.phase !== "running") clearTimeout(revealTimer);
  else if (!wasRunning) revealTimer = setTimeout(() => controller.dispatch({ type: "revealRun" }), RUN_SHOWN_AFTER_MS);
}

let menuAnchor: string | null = null;
/** Whether the latest act was a key's, not the mouse's. */
let byKeyboard = true;

function draw(): void {
  render(designerView(controller), document.body);
  const { state } = controller;
  setProgress(document.body);
  const opened = state.menu !== null && state.menu.anchor !== menuAnchor;
  menuAnchor = state.menu?.anchor ?? null;
  if (state.menu !== null) placeMenu(document.body, state.menu.anchor);
  if (opened) focusMenu(document.body, byKeyboard);
  const focus = state.menu === null ? controller.takeFocus() : null;
  if (focus !== null) applyFocus(document.body, focus);
  bridge.save(savedView(state));
}

function onKey(event: KeyboardEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  const head = target?.closest<HTMLElement>(".card-head");
  const item = head?.closest<HTMLElement>(".item")?.dataset["item"];
  const command = keyCommand(
    { key: event.key, ctrl: event.ctrlKey || event.metaKey, alt: event.altKey, shift: event.shiftKey },
    {
      item: item === undefined ? -1 : Number(item),
      layers: itemsOf(controller.state),
      open: controller.state.open,
      inText: target instanceof HTMLInputElement && target.type !== "checkbox" && controller.state.draft !== null,
    },
  );
  if (command === null || !obey(command, item === undefined ? -1 : Number(item))) return;
  event.preventDefault();
}

/** Does what a key asks for; false: there was nothing to do, and the key stays the browser's. */
function obey(command: KeyCommand, item: number): boolean {
  switch (command.do) {
    case "escape":
      return escape();
    case "undo":
      controller.undo();
      return true;
    case "redo":
      controller.redo();
      return true;
    case "focus":
      controller.dispatch({ type: "activate", item: command.item });
      controller.dispatch({ type: "focus", key: `head${command.item}` });
      return true;
    case "toggle":
      controller.dispatch({ type: "toggleCard", item: command.item });
      return true;
    case "why":
      controller.dispatch({ type: "toggleWhy", item: command.item });
      return true;
    case "duplicate":
      controller.duplicate(command.item);
      return true;
    case "remove":
      controller.remove(command.item);
      return true;
    case "move":
      controller.move(command.item, command.to);
      return true;
    default:
      return obeyFramed(command.do, item);
  }
}

function obeyFramed(command: "run" | "fix", item: number): boolean {
  const frame = frameOf(controller.state, controller);
  if (frame === null) return false;
  if (command === "run") {
    if (controller.state.draft !== null) controller.commit(controller.state.draft.key);
    run(frame);
    return true;
  }
  // What does not fit comes first, wherever it stands.
  for (const troubles of [frame.troubles, frame.warnings]) {
    const fixable = troubles.map((trouble) => trouble !== null && trouble.fixes.length > 0);
    const at = nearestFix(fixable, item);
    const trouble = troubles[at];
    if (trouble == null) continue;
    controller.fix(at, trouble);
    return true;
  }
  return false;
}

function escape(): boolean {
  if (controller.state.menu !== null) controller.closeMenu();
  else if (controller.state.draft !== null) controller.forgetDraft();
  else return false;
  return true;
}

document.addEventListener("keydown", onKey);
document.addEventListener("keydown", () => (byKeyboard = true), true);
document.addEventListener("pointerdown", (event) => {
  byKeyboard = false;
  const inMenu = event.target instanceof Element && event.target.closest(".menu, [aria-haspopup]") !== null;
  if (!inMenu && controller.state.menu !== null) controller.closeMenu(false);
});
window.addEventListener("blur", () => controller.state.menu !== null && controller.closeMenu(false));

bridge.post({ type: "ready" });
