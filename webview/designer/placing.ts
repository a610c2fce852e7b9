/** What has to be measured or touched after rendering: the place of a menu, the focus, the progress bar. */

const GAP = 2;
const MARGIN = 8;

function byKey(root: ParentNode, key: string): HTMLElement | null {
  return root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
}

/** Puts the open menu under its anchor, or over it where there is no room; see `focusMenu`. */
export function placeMenu(root: ParentNode, anchorKey: string): void {
  const menu = root.querySelector<HTMLElement>(".menu");
  const view = root.querySelector<HTMLElement>(".designer");
  const anchor = byKey(root, anchorKey);
  if (menu === null || view === null || anchor === null) return;
  const beside = anchor.closest(".card")?.querySelector(".card-head") ?? anchor;
  const [at, bounds] = [beside.getBoundingClientRect(), view.getBoundingClientRect()];
  const below = at.bottom - bounds.top + GAP;
  const room = bounds.height - MARGIN;
  if (below + menu.offsetHeight < room) {
    menu.style.top = `${below}px`;
    menu.style.bottom = "auto";
  } else {
    menu.style.top = "auto";
    menu.style.bottom = `${Math.max(MARGIN, Math.min(bounds.bottom - at.top + GAP, room - menu.offsetHeight))}px`;
  }
}

/** Focuses a menu that has just opened: its entry for the keyboard, only its box for the mouse. */
export function focusMenu(root: ParentNode, byKeyboard: boolean): void {
  const menu = root.querySelector<HTMLElement>(".menu");
  const entry = menu?.querySelector<HTMLElement>('[aria-checked="true"]') ?? menu?.querySelector<HTMLElement>(".menu-item");
  (byKeyboard ? entry : menu)?.focus();
}

/** Focuses the element of a `data-key`, scrolled into sight. */
export function applyFocus(root: ParentNode, key: string): void {
  const element = byKey(root, key);
  if (element === null) return;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

export function setProgress(root: ParentNode): void {
  const bar = root.querySelector<HTMLElement>(".progress");
  const fill = bar?.querySelector<HTMLElement>("span");
  if (bar == null || fill == null) return;
  const percent = bar.dataset["percent"];
  fill.style.width = percent === undefined ? "100%" : `${percent}%`;
}
