/** The keyboard of the stack: which key means what, where. Pure, so that it can be tested without a page. */

export interface KeyPress {
  readonly key: string;
  /** Ctrl, or Cmd on a Mac. */
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

export interface KeyPlace {
  /** The item whose head has the focus; −1: the focus is elsewhere. 0 is the input. */
  readonly item: number;
  readonly layers: number;
  /** The open card, or −1. */
  readonly open: number;
  /** Whether the focus is in a field that has an undo of its own. */
  readonly inText: boolean;
}

export type KeyCommand =
  | { readonly do: "run" | "fix" | "undo" | "redo" | "escape" }
  | { readonly do: "focus" | "toggle" | "why" | "duplicate" | "remove"; readonly item: number }
  | { readonly do: "move"; readonly item: number; readonly to: number };

export function keyCommand(press: KeyPress, place: KeyPlace): KeyCommand | null {
  const { key } = press;
  if (key === "Escape") return { do: "escape" };
  if (press.ctrl && !press.alt) return controlCommand(press, place);
  if (place.item < 0) return null;
  if (press.alt) return altCommand(press, place);
  return headCommand(key, place);
}

function controlCommand({ key, shift }: KeyPress, place: KeyPlace): KeyCommand | null {
  if (key === "Enter") return { do: "run" };
  if (key === ".") return { do: "fix" };
  if (place.inText) return null;
  if (key.toLowerCase() === "z") return { do: shift ? "redo" : "undo" };
  if (key.toLowerCase() === "y") return { do: "redo" };
  return null;
}

function altCommand({ key, shift }: KeyPress, { item, layers }: KeyPlace): KeyCommand | null {
  if (item === 0) return null;
  if (key === "ArrowDown" && shift) return { do: "duplicate", item };
  if (key === "ArrowUp" && !shift && item > 1) return { do: "move", item, to: item - 1 };
  if (key === "ArrowDown" && item < layers) return { do: "move", item, to: item + 1 };
  return null;
}

function headCommand(key: string, { item, layers, open }: KeyPlace): KeyCommand | null {
  switch (key) {
    case "ArrowUp":
      return { do: "focus", item: Math.max(0, item - 1) };
    case "ArrowDown":
      return { do: "focus", item: Math.min(layers, item + 1) };
    case "Home":
      return { do: "focus", item: 0 };
    case "End":
      return { do: "focus", item: layers };
    case "ArrowRight":
      return open === item ? null : { do: "toggle", item };
    case "ArrowLeft":
      return open === item ? { do: "toggle", item } : null;
    case "Delete":
      return item > 0 && layers > 1 ? { do: "remove", item } : null;
    case "?":
      return item > 0 ? { do: "why", item } : null;
    default:
      return null;
  }
}

/** Where the focus goes in a menu of `count` entries; null: the key means nothing there. */
export function menuStep(key: string, index: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return (index + 1) % count;
  if (key === "ArrowUp") return (Math.max(index, 0) - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}

/** The edge whose quick fix is nearest to an item: its own, the one above, then the first of all. −1: nothing to fix. */
export function nearestFix(fixable: readonly boolean[], item: number): number {
  if (item >= 0 && fixable[item] === true) return item;
  if (item > 0 && fixable[item - 1] === true) return item - 1;
  return fixable.indexOf(true);
}
