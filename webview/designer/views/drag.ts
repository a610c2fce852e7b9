/** Reordering by drag: an extra to Alt+arrows. The drop line stands before or after the card under the pointer. */
import type { Frame } from "../frame.js";
import type { Item } from "../state.js";

export interface DragHandlers {
  readonly start: (event: DragEvent) => void;
  readonly end: () => void;
  readonly over: (event: DragEvent) => void;
  readonly leave: (event: DragEvent) => void;
  readonly drop: (event: DragEvent) => void;
}

/** Where the layer of `from` lands when it is dropped at `item`. */
export function landing(from: Item, item: Item, place: "before" | "after"): Item {
  const to = place === "after" ? item + 1 : item;
  return Math.max(1, to > from ? to - 1 : to);
}

export function dragHandlers({ act, state }: Frame, item: Item): DragHandlers {
  const { drag } = state;
  return {
    start: (event) => {
      const card = (event.currentTarget as HTMLElement).closest(".card");
      if (card !== null) event.dataTransfer?.setDragImage(card, 16, 24);
      event.dataTransfer?.setData("text/plain", "");
      act.dispatch({ type: "drag", drag: { from: item, over: null } });
    },
    end: () => act.dispatch({ type: "drag", drag: null }),
    over: (event) => {
      if (drag === null) return;
      event.preventDefault();
      // The head decides: what stands under it, an open card or a broken edge, may be of any height.
      const head = (event.currentTarget as HTMLElement).querySelector(".card-head")?.getBoundingClientRect();
      const place = item > 0 && head !== undefined && event.clientY < head.top + head.height / 2 ? "before" : "after";
      if (drag.over?.item !== item || drag.over.place !== place) act.dispatch({ type: "drag", drag: { ...drag, over: { item, place } } });
    },
    leave: (event) => {
      const inside = event.relatedTarget instanceof Node && (event.currentTarget as HTMLElement).contains(event.relatedTarget);
      if (drag !== null && !inside) act.dispatch({ type: "drag", drag: { ...drag, over: null } });
    },
    drop: (event) => {
      event.preventDefault();
      if (drag === null || drag.over === null) return;
      const to = landing(drag.from, drag.over.item, drag.over.place);
      act.dispatch({ type: "drag", drag: null });
      act.move(drag.from, to);
    },
  };
}
