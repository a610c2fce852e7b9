/** Pieces of what a recurrent layer returns (last step, final states, one direction), and what a Sequential can say of them. */
import { msg } from "../../messages.js";
import type { Site, Value } from "../evaluate/values.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import { changed, type Node, type Part, type RecurrentCall } from "./node.js";
import type { Tensor } from "./tensor.js";

/** The tensor as a layer may take it. */
export function settled(tensor: Tensor): Tensor {
  const { part, recurrent, flipped, swapped } = tensor.form;
  if (swapped !== null) {
    const message = msg("Time and features change places here, and a layer takes them so. A Sequential cannot express that.");
    return settled(tensor.with({ swapped: null })).gap({ start: swapped.start, end: swapped.end, message });
  }
  if (flipped !== null) {
    const message = msg("A sequence that is turned round in time has to go into a recurrent layer (go_backwards).");
    return settled(tensor.with({ flipped: null })).gap({ start: flipped.start, end: flipped.end, message });
  }
  if (part === null || recurrent === null) return tensor;
  const lastRow = recurrent.stacked * recurrent.directions - 1;
  if (recurrent.directions === 1) {
    if (part.type === "row" && part.state === "h" && part.row === lastRow) return final(tensor, null);
    if (part.type === "step" && part.last) return final(tensor, null);
  }
  // One direction still has all its steps.
  const whole = part.type === "side" ? tensor.with({ part: null }) : final(tensor, null);
  return whole.gap({ start: part.start, end: part.end, message: refusal(part, recurrent) });
}

/** Pieces of one layer's results that do not make what merge_mode would. @param place of the call that joins them. */
export function unmerged(tensor: Tensor, place: Range): Tensor {
  const { part, recurrent } = tensor.form;
  if (part === null || recurrent === null) return tensor;
  return final(tensor, null).gap({ start: place.start, end: place.end, message: refusal(part, recurrent) });
}

/** Why a piece cannot go on in a Sequential. */
function refusal(part: Part, recurrent: RecurrentCall): Problem["message"] {
  if ("state" in part && part.state === "c") return msg("The cell state goes on here; a Sequential hands on the output only.");
  if ("state" in part) {
    return recurrent.directions === 2
      ? msg(
          "These are not the final states of both directions side by side, as cat((h_n[-2], h_n[-1]), -1) has them. A Sequential cannot express that.",
        )
      : msg("This is not the final state of the last layer (h_n[-1]). A Sequential cannot express that.");
  }
  if (part.type === "side" || recurrent.directions === 1) {
    return part.type === "side"
      ? msg("Only one direction goes on here; a Sequential hands on both.")
      : msg("One step that is not the last goes on here; a Sequential hands on the last step, or all.");
  }
  return msg("One row of a bidirectional output holds the other direction after one step only; that is not return_sequences=False.");
}

/** The layer returns its last step only, and the layers that came after it work on that. */
export function final(tensor: Tensor, merge: string | null): Tensor {
  return replayed(tensor, { return_sequences: false }, merge, 2);
}

/** The recurrent call with other arguments, and the per-step layers after it once more. */
function replayed(tensor: Tensor, inner: Record<string, unknown>, merge: string | null, rank: 2 | 3): Tensor {
  const { recurrent } = tensor.form;
  if (recurrent === null) return tensor;
  const after: Node[] = [];
  for (let node = tensor.node; node !== recurrent.node && node.before[0] !== undefined; node = node.before[0]) after.unshift(node);
  const start = recurrent.node.with({ layers: changed(recurrent.node, inner, merge === null ? {} : { merge_mode: merge }) });
  const node = after.reduce((before, own) => own.with({ before: [before] }), start);
  const call: RecurrentCall = { ...recurrent, node: start, merge: merge ?? recurrent.merge };
  return tensor.with({ node, rank, part: null, flipped: null, recurrent: call });
}

function isFull(value: Value | undefined): boolean {
  return value === undefined || (value.kind === "slice" && [value.lower, value.upper, value.step].every((bound) => bound.kind === "none"));
}

/** `::-1`. */
function isTurned(value: Value | undefined): boolean {
  return (
    value?.kind === "slice" &&
    value.lower.kind === "none" &&
    value.upper.kind === "none" &&
    value.step.kind === "number" &&
    value.step.value === -1
  );
}

/** An index of a tensor; undefined where it is nothing that a recurrent layer could have returned. */
export function taken(tensor: Tensor, items: readonly Value[], at: Site): Tensor | undefined {
  const { part, recurrent, rank, order } = tensor.form;
  const place = at.machine.firstLine(at);
  const [first, ...rest] = items;
  if (part?.type === "states" && recurrent !== null) {
    const rows = recurrent.stacked * recurrent.directions;
    if (part.turned || first?.kind !== "number" || !rest.every(isFull)) return undefined;
    const row = first.value < 0 ? first.value + rows : first.value;
    return row in Array(rows).fill(0) ? tensor.with({ part: { type: "row", state: part.state, row, ...place }, rank: 2 }) : undefined;
  }
  if (part?.type === "grid" && recurrent !== null) return fromGrid(tensor, items, place);
  const turned = items.findIndex(isTurned);
  if (part === null && turned >= 0 && items.every((item, i) => i === turned || isFull(item)))
    return tensor.with({ flipped: { axis: turned, ...place } });
  if (recurrent === null) return undefined;
  if (part?.type === "step" && part.direction === null) {
    const direction = isFull(items[0]) && items.length === 2 ? directionOf(items[1], recurrent) : undefined;
    return direction == null ? undefined : tensor.with({ part: { ...part, direction } });
  }
  if (part !== null || rank !== 3) return undefined;
  const [batch, time, features] = order === "TB" ? [1, 0, 2] : [0, 1, 2];
  const axes = withoutEllipsis(items);
  if (axes[batch]?.kind === "number") {
    const message = msg("“{text}” takes one sample of the batch, not a time step. Check batch_first, which says which axis is which.", {
      text: at.machine.excerpt(at),
    });
    return tensor.gap({ ...place, message });
  }
  const direction = directionOf(axes[features], recurrent);
  if (!isFull(axes[batch]) || direction === undefined) return undefined;
  const step = axes[time];
  if (isFull(step)) return direction === null ? tensor : tensor.with({ part: { type: "side", direction, ...place } });
  if (step?.kind !== "number") return undefined;
  return tensor.with({ part: { type: "step", last: step.value === -1, direction, ...place }, rank: 2 });
}

/** `h.view(layers, directions, batch, units)[-1, 0]`, or with one index after the other. */
function fromGrid(tensor: Tensor, items: readonly Value[], place: Range): Tensor | undefined {
  const { part, recurrent } = tensor.form;
  if (part?.type !== "grid" || recurrent === null) return undefined;
  const within = (index: Value | undefined, size: number): number | undefined => {
    const at = index?.kind === "number" ? (index.value < 0 ? index.value + size : index.value) : -1;
    return Number.isInteger(at) && at >= 0 && at < size ? at : undefined;
  };
  const indices = items.filter((item) => !isFull(item));
  if (!items.slice(indices.length).every(isFull)) return undefined;
  const layer = part.layer ?? within(indices.shift(), recurrent.stacked);
  if (layer === undefined || indices.length > 1) return undefined;
  if (indices.length === 0) return tensor.with({ part: { ...part, layer, ...place } });
  const direction = within(indices[0], recurrent.directions);
  if (direction === undefined) return undefined;
  return tensor.with({ part: { type: "row", state: part.state, row: layer * recurrent.directions + direction, ...place }, rank: 2 });
}

/** `x[..., k]` is `x[:, :, k]`. */
function withoutEllipsis(items: readonly Value[]): readonly (Value | undefined)[] {
  const at = items.findIndex((item) => item.kind === "symbol" && item.path === "builtins.Ellipsis");
  if (at < 0) return items;
  return [...items.slice(0, at), ...Array<undefined>(Math.max(0, 4 - items.length)).fill(undefined), ...items.slice(at + 1)];
}

/** Which direction's features a slice takes: null for all; undefined for anything else. */
function directionOf(slice: Value | undefined, recurrent: RecurrentCall): 0 | 1 | null | undefined {
  if (isFull(slice)) return null;
  const units = unitsOf(recurrent);
  if (slice?.kind !== "slice" || slice.step.kind !== "none" || recurrent.directions !== 2 || units === undefined) return undefined;
  const is = (bound: Value, size: number): boolean => bound.kind === "number" && (bound.value === size || bound.value === size - 2 * units);
  if (is(slice.upper, units) && (slice.lower.kind === "none" || (slice.lower.kind === "number" && slice.lower.value === 0))) return 0;
  if (is(slice.lower, units) && (slice.upper.kind === "none" || is(slice.upper, 2 * units))) return 1;
  return undefined;
}

export function unitsOf(recurrent: RecurrentCall): number | undefined {
  const config = recurrent.node.layers.at(-1)?.config;
  const layer = config?.["layer"] as { config?: Record<string, unknown> } | undefined;
  const units = layer?.config?.["units"] ?? config?.["units"];
  return typeof units === "number" ? units : undefined;
}

function isTensor(value: Value | undefined): value is Tensor {
  return value?.kind === "thing" && "form" in value;
}

/** Both directions' pieces put together again: what merge_mode says. undefined: they do not belong together. */
export function joined(mode: string, values: readonly Value[]): Tensor | undefined {
  const [a, b] = values;
  if (values.length !== 2 || !isTensor(a) || !isTensor(b)) return undefined;
  return pair(mode, a, b) ?? (mode === "concat" ? undefined : pair(mode, b, a));
}

/** @param forward the piece of the forward direction, if the pieces belong together. */
function pair(mode: string, forward: Tensor, backward: Tensor): Tensor | undefined {
  const { part: a, recurrent } = forward.form;
  const b = backward.form.part;
  if (recurrent === null || recurrent.directions !== 2 || backward.form.recurrent?.node !== recurrent.node || a === null || b === null)
    return undefined;
  const top = (recurrent.stacked - 1) * 2;
  if (a.type === "row" && b.type === "row") {
    return a.state === "h" && b.state === "h" && a.row === top && b.row === top + 1 ? final(forward, mode) : undefined;
  }
  if (a.type === "step" && b.type === "step") {
    return a.last && !b.last && a.direction === 0 && b.direction === 1 ? final(forward, mode) : undefined;
  }
  return a.type === "side" && b.type === "side" && a.direction === 0 && b.direction === 1 ? replayed(forward, {}, mode, 3) : undefined;
}

/** `forward + backward`, `forward * backward`, and half of the sum. */
export function joinedBy(op: string, tensor: Tensor, other: Value): Tensor | undefined {
  if (op === "+" || op === "*") {
    const both = joined(op === "+" ? "sum" : "mul", [tensor, other]);
    if (both !== undefined) return both;
  }
  const halves = other.kind === "number" && ((op === "/" && other.value === 2) || (op === "*" && other.value === 0.5));
  const { recurrent, rank } = tensor.form;
  if (!halves || recurrent?.merge !== "sum" || tensor.node !== recurrent.node) return undefined;
  return replayed(tensor, {}, "ave", rank === 3 ? 3 : 2);
}
