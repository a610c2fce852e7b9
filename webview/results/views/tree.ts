/** The outputs at the left, layer by layer: a tree for the keyboard, with one tab stop. */
import { html, nothing, type TemplateResult } from "lit";
import type { TensorView } from "../../../extension/core/protocol/results.js";
import { t } from "../../shared/l10n.js";
import { icon, type IconName } from "../../shared/icons.js";
import { styled } from "../../shared/style.js";
import { shownShape } from "../convention.js";
import { clip } from "../names.js";
import { type Direction, directionSpec, type LayerGroup, partOf, tensorById } from "../outputs.js";
import type { RunContext } from "../view.js";
import { directionWord, originWord, tensorNote, tensorWord, cellWord } from "../words.js";
import { footer } from "./header.js";

interface Node {
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly icon: IconName;
  readonly tensor: TensorView | null;
  readonly shape: string;
  readonly children: readonly Node[];
  /** Closed until it is opened: gates, and the second direction. */
  readonly startsClosed: boolean;
}

export function rail(view: RunContext): TemplateResult {
  const { run } = view.outputs;
  const selected = tensorById(run, view.state.chosen.tensor);
  const { railOpen } = view.state;
  const nodes = nodesOf(view);
  const first = selected === null ? (nodes[0]?.id ?? "") : idOf(selected);
  return html`<nav class="rail" aria-label=${t("Outputs")}>
    <button
      class="rail-toggle"
      type="button"
      id="rail-toggle"
      aria-expanded=${String(railOpen)}
      aria-controls="tree"
      @click=${() => view.dispatch({ type: "view", view: { railOpen: !railOpen } })}
    >
      ${icon("rail")}<span class="rail-current">${selected === null ? t("Outputs") : current(view, selected)}</span
      >${icon("right", "i chevron")}
    </button>
    <h2 class="rail-title">${t("Outputs")}</h2>
    <ul id="tree" role="tree" aria-label=${t("Outputs")} @keydown=${(event: KeyboardEvent) => keys(event)}>
      ${flat(view, nodes, 1, stop(view, nodes, first))}
    </ul>
    ${footer(view)}
  </nav>`;
}

function current(view: RunContext, tensor: TensorView): string {
  const origin = originWord(tensor, "");
  return `${origin === "" ? "" : `${origin} · `}${tensorWord(tensor)} ${shapeOf(view, tensor)}`;
}

function shapeOf(view: RunContext, tensor: TensorView): string {
  const spec = view.outputs.layers.find((layer) => layer.index === tensor.layer)?.spec ?? null;
  return shownShape(tensor, spec, view.state.chosen.convention);
}

const idOf = (tensor: TensorView): string => `tensor-${tensor.id}`;

function nodesOf(view: RunContext): Node[] {
  const { input, layers } = view.outputs;
  const nodes: Node[] = input === null ? [] : [leaf(view, input)];
  for (const layer of layers) nodes.push(layerNode(view, layer));
  return nodes;
}

function leaf(view: RunContext, tensor: TensorView): Node {
  const gate = partOf(tensor).role === "gate";
  return {
    id: idOf(tensor),
    label: tensorWord(tensor),
    note: tensorNote(tensor),
    icon: gate ? "gate" : "tensor",
    tensor,
    shape: shapeOf(view, tensor),
    children: [],
    startsClosed: false,
  };
}

function branch(
  id: string,
  label: string,
  glyph: IconName,
  children: readonly Node[],
  more: { note?: string; closed?: boolean } = {},
): Node {
  return { id, label, note: more.note ?? "", icon: glyph, tensor: null, shape: "", children, startsClosed: more.closed ?? false };
}

function layerNode(view: RunContext, layer: LayerGroup): Node {
  const parts = layer.tensors.map((tensor) => ({ tensor, ...partOf(tensor) }));
  const own = parts.filter(({ direction, cell }) => direction === null && cell === null).map(({ tensor }) => tensor);
  const children = withGates(view, own, `layer-${layer.index}`);
  for (const direction of ["forward", "backward"] as Direction[]) {
    const tensors = layer.tensors.filter((tensor) => partOf(tensor).direction === direction);
    if (tensors.length === 0) continue;
    const id = `layer-${layer.index}-${direction}`;
    const reversed = directionSpec(layer.spec, direction)?.goBackwards ?? direction === "backward";
    const note = reversed ? t("time reversed") : "";
    children.push(
      branch(id, directionWord(direction), direction, withGates(view, tensors, id), {
        note,
        closed: tensors.length > 5 && direction === "backward",
      }),
    );
  }
  for (const cell of new Set(parts.map((part) => part.cell).filter((index) => index !== null))) {
    const tensors = parts.filter((part) => part.cell === cell).map(({ tensor }) => tensor);
    const id = `layer-${layer.index}-cell-${cell}`;
    const spec = directionSpec(layer.spec, null, cell);
    const note = spec === null ? "" : `${spec.className}Cell(${spec.units})`;
    children.push(branch(id, cellWord(cell), "layer", withGates(view, tensors, id), { note }));
  }
  const reversed = layer.spec?.className !== "Bidirectional" && (directionSpec(layer.spec, null)?.goBackwards ?? false);
  return branch(`layer-${layer.index}`, clip(layer.name, 80), "layer", children, { note: reversed ? t("time reversed") : "" });
}

function withGates(view: RunContext, tensors: readonly TensorView[], id: string): Node[] {
  const order = (tensor: TensorView): number => ["output", "every", "last", "gate"].indexOf(partOf(tensor).role);
  const plain = tensors.filter((tensor) => partOf(tensor).role !== "gate").sort((a, b) => order(a) - order(b));
  const gates = tensors.filter((tensor) => partOf(tensor).role === "gate");
  const nodes = plain.map((tensor) => leaf(view, tensor));
  if (gates.length > 0)
    nodes.push(
      branch(
        `${id}-gates`,
        t("gates"),
        "gate",
        gates.map((tensor) => leaf(view, tensor)),
        { closed: true },
      ),
    );
  return nodes;
}

const isOpen = (view: RunContext, node: Node): boolean => view.state.toggled.has(node.id) === node.startsClosed;

/** The row that Tab reaches: the selected one, or the closed branch that hides it. */
function stop(view: RunContext, nodes: readonly Node[], wanted: string): string {
  for (const node of nodes) {
    if (node.id === wanted) return wanted;
    if (!contains(node, wanted)) continue;
    return isOpen(view, node) ? stop(view, node.children, wanted) : node.id;
  }
  return nodes[0]?.id ?? "";
}

function contains(node: Node, id: string): boolean {
  return node.children.some((child) => child.id === id || contains(child, id));
}

/** The rows in sight, one after the other: what a screen reader needs of the nesting is in the levels. */
function flat(view: RunContext, nodes: readonly Node[], level: number, tabStop: string): TemplateResult[] {
  return nodes.flatMap((node, i) => [
    item(view, node, { level, position: i + 1, of: nodes.length, tabStop }),
    ...(node.children.length > 0 && isOpen(view, node) ? flat(view, node.children, level + 1, tabStop) : []),
  ]);
}

interface Place {
  readonly level: number;
  readonly position: number;
  readonly of: number;
  readonly tabStop: string;
}

function item(view: RunContext, node: Node, place: Place): TemplateResult {
  const { level } = place;
  const parent = node.children.length > 0;
  const selected = node.tensor !== null && node.tensor.id === view.state.chosen.tensor;
  const act = (): void => (node.tensor === null ? view.dispatch({ type: "toggle", id: node.id }) : view.choose({ tensor: node.tensor.id }));
  return html`<li
    role="treeitem"
    id=${`tree-${node.id}`}
    tabindex=${node.id === place.tabStop ? 0 : -1}
    aria-level=${level}
    aria-posinset=${place.position}
    aria-setsize=${place.of}
    aria-expanded=${parent ? String(isOpen(view, node)) : nothing}
    aria-selected=${String(selected)}
  >
    <div class="row" ${styled({ "--level": String(level) })} @click=${act}>
      ${parent ? icon("right", "i chevron") : html`<span class="chevron"></span>`}${icon(node.icon, "i kind")}<span class="label"
        >${node.label}</span
      >${
        node.note === "" ? nothing : html` <span class="note">${node.note}</span>`
      }${node.shape === "" ? nothing : html` <span class="shape">${level > 2 ? node.shape.replaceAll(" ", "") : node.shape}</span>`}
    </div>
  </li>`;
}

/** Arrows, Home, End, Enter and Space, as in VS Code's own trees. */
function keys(event: KeyboardEvent): void {
  const here = event.target instanceof HTMLElement && event.target.getAttribute("role") === "treeitem" ? event.target : null;
  if (here === null) return;
  const all = [...(here.closest("[role=tree]")?.querySelectorAll<HTMLElement>("[role=treeitem]") ?? [])];
  const at = all.indexOf(here);
  const expanded = here.getAttribute("aria-expanded");
  const press = (): void => here.querySelector<HTMLElement>(":scope > .row")?.click();
  const steps: Readonly<Record<string, () => void>> = {
    ArrowDown: () => focus(all, all[at + 1]),
    ArrowUp: () => focus(all, all[at - 1]),
    Home: () => focus(all, all[0]),
    End: () => focus(all, all.at(-1)),
    ArrowRight: () => (expanded === "false" ? press() : expanded === "true" && focus(all, all[at + 1])),
    ArrowLeft: () => (expanded === "true" ? press() : focus(all, parentOf(all, at))),
    Enter: press,
    " ": press,
  };
  const step = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
  if (step === undefined) return;
  event.preventDefault();
  step();
}

/** The nearest row above on a lower level. */
function parentOf(all: readonly HTMLElement[], at: number): HTMLElement | undefined {
  const level = (node: HTMLElement | undefined): number => Number(node?.getAttribute("aria-level") ?? 0);
  return all
    .slice(0, at)
    .reverse()
    .find((node) => level(node) < level(all[at]));
}

function focus(all: readonly HTMLElement[], target: HTMLElement | null | undefined): void {
  if (target === null || target === undefined) return;
  for (const node of all) node.tabIndex = -1;
  target.tabIndex = 0;
  target.focus();
}
