/** A grid that draws only the cells in sight. One tab stop; arrows move the cell, and its value is spoken. */
import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import type { LayerSpec } from "../../../extension/core/model/spec.js";
import type { TensorView } from "../../../extension/core/protocol/results.js";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { css, ink, paint } from "../colour.js";
import { addressText } from "../convention.js";
import { type GridLayout, type GridSize, layoutOf, moveBy, ROW_HEIGHT, scrollTo } from "../gridWindow.js";
import { cellOf, indexOf, type Plane, planeOf } from "../matrix.js";
import type { GridWindow } from "../state.js";
import { shownText, widthOf } from "../values.js";
import type { Around, NumbersContext } from "../view.js";
import { axisTitle, originWord, tensorWord } from "../words.js";
import { addressOfTensor } from "../parts.js";
import { scaleOf } from "./box.js";
import { placeWord } from "./data.js";
import { openTrace } from "./traceLinks.js";

export function grid(view: NumbersContext, plane: Plane, spec: LayerSpec | null): TemplateResult {
  const { tensor } = plane;
  const { row, column } = view.state.chosen;
  const size = sizeOf(view, plane);
  const layout = layoutOf(size, view.state.grid);
  const rowAxis = plane.rowAxis === null ? "" : axisTitle(tensor, spec, plane.rowAxis);
  const columnAxis = plane.columnAxis === null ? "" : axisTitle(tensor, spec, plane.columnAxis);
  const inSight = row >= layout.firstRow && row <= layout.lastRow && column >= layout.firstColumn && column <= layout.lastColumn;
  const name = `${tensorWord(tensor)}, ${originWord(tensor, view.outputs.run.sourceName)}`;
  return html`<p class="dim small grid-axes">${rowAxis === "" ? nothing : html`<span>↓ ${rowAxis}</span>`}<span>→ ${columnAxis}</span></p>
    <div
      class="datagrid"
      id="datagrid"
      role="grid"
      tabindex="0"
      aria-label=${t("Values of {name}", { name })}
      aria-rowcount=${plane.rows + 1}
      aria-colcount=${plane.columns + 1}
      aria-activedescendant=${inSight ? `cell-${row}-${column}` : nothing}
      @scroll=${(event: Event) => measure(view, event.currentTarget as HTMLElement)}
      @keydown=${(event: KeyboardEvent) => key(event, view, plane, spec, size)}
      @click=${(event: MouseEvent) => press(event, view, plane, spec)}
      @dblclick=${() => trace(view, plane)}
      ${ref((element) => element !== undefined && requestAnimationFrame(() => measure(view, element as HTMLElement)))}
    >
      <div class="sizer" ${styled({ width: `${layout.width}px`, height: `${layout.height}px` })}>
        ${head(size, layout, firstOf(plane.start, plane.columnAxis))} ${rows(view, plane, size, layout)}
      </div>
    </div>`;
}

function sizeOf(view: Around, { tensor, rows, columns, start, rowAxis }: Plane): GridSize {
  const characters = widthOf(tensor.dtype, view.state.chosen.digits, [tensor.min, tensor.max]);
  return {
    rows,
    columns,
    columnWidth: Math.round(characters * 7.3) + 12,
    headWidth: Math.max(56, String(firstOf(start, rowAxis) + rows).length * 8 + 24),
  };
}

/** Scrolls to the selected cell. */
export function showCell(view: Around, tensor: TensorView): void {
  const element = document.getElementById("datagrid");
  if (element === null) return;
  const { leading, slice, row, column } = view.state.chosen;
  const window = windowOf(element);
  const { top, left } = scrollTo(sizeOf(view, planeOf(tensor, leading, slice)), window, row, column);
  element.scrollTop = top;
  element.scrollLeft = left;
}

function windowOf(element: HTMLElement): GridWindow {
  return { top: element.scrollTop, left: element.scrollLeft, width: element.clientWidth, height: element.clientHeight };
}

function measure(view: Around, element: HTMLElement): void {
  if (!element.isConnected) return;
  const grid = windowOf(element);
  const before = view.state.grid;
  if (grid.top === before.top && grid.left === before.left && grid.width === before.width && grid.height === before.height) return;
  view.dispatch({ type: "view", view: { grid } });
}

function span(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

function firstOf(start: readonly number[], axis: number | null): number {
  return axis === null ? 0 : (start[axis] ?? 0);
}

/** Indices count from 0, as the slice does. */
function head(size: GridSize, layout: GridLayout, first: number): TemplateResult {
  return html`<div class="grid-head" role="row" aria-rowindex="1">
    <span class="corner" role="columnheader" aria-colindex="1" ${styled({ width: `${size.headWidth}px` })}
      ><span class="sr">${t("index")}</span></span
    >
    ${span(layout.firstColumn, layout.lastColumn).map(
      (column) =>
        html`<span
          role="columnheader"
          aria-colindex=${column + 2}
          ${styled({ left: `${size.headWidth + column * size.columnWidth}px`, width: `${size.columnWidth}px` })}
          >${first + column}</span
        >`,
    )}
  </div>`;
}

function rows(view: NumbersContext, plane: Plane, size: GridSize, layout: GridLayout): TemplateResult[] {
  const { chosen } = view.state;
  const scale = scaleOf(plane.tensor, null);
  const cell = (row: number, column: number): TemplateResult => {
    const value = cellOf(plane, row, column, (box) => view.slice(box));
    const known = value !== null && typeof value !== "string";
    const ground = known && chosen.tinted ? paint(view.palette, Number(value), scale) : null;
    const place = { left: `${size.headWidth + column * size.columnWidth}px`, width: `${size.columnWidth}px` };
    const colour = ground === null ? {} : { background: css(ground), color: css(ink(view.palette, ground)) };
    return html`<span
      role="gridcell"
      id=${`cell-${row}-${column}`}
      data-row=${row}
      data-column=${column}
      aria-colindex=${column + 2}
      aria-selected=${String(row === chosen.row && column === chosen.column)}
      class=${Number.isNaN(value) ? "nan" : nothing}
      ${styled({ ...place, ...colour })}
      >${known ? shownText(value, plane.tensor.dtype, chosen.digits) : value === null ? "…" : "!"}</span
    >`;
  };
  return span(layout.firstRow, layout.lastRow).map(
    (row) =>
      html`<div class="grid-row" role="row" aria-rowindex=${row + 2} ${styled({ top: `${layout.top(row)}px` })}>
        <span class="row-head" role="rowheader" aria-colindex="1" ${styled({ width: `${size.headWidth}px` })}
          >${firstOf(plane.start, plane.rowAxis) + row}</span
        >
        ${span(layout.firstColumn, layout.lastColumn).map((column) => cell(row, column))}
      </div>`,
  );
}

function select(view: NumbersContext, plane: Plane, spec: LayerSpec | null, at: { row: number; column: number }): void {
  view.choose(at);
  const value = cellOf(plane, at.row, at.column, (box) => view.slice(box));
  const address = addressText(plane.tensor, spec, view.state.chosen.convention, indexOf(plane, at.row, at.column));
  const said = value === null || typeof value === "string" ? "…" : shownText(value, plane.tensor.dtype, view.state.chosen.digits);
  const place = placeWord(plane.tensor, spec, indexOf(plane, at.row, at.column));
  view.say(`${address} ${said}${place === "" ? "" : `, ${place}`}`);
}

/** Where the selected number came from. */
function trace(view: Around, plane: Plane): void {
  const { row, column } = view.state.chosen;
  const address = addressOfTensor(view.outputs, plane.tensor, indexOf(plane, row, column));
  if (address !== null) openTrace(view, address, address.step, address.row);
}

function key(event: KeyboardEvent, view: NumbersContext, plane: Plane, spec: LayerSpec | null, size: GridSize): void {
  if (event.key === "Enter") return trace(view, plane);
  const element = event.currentTarget as HTMLElement;
  const window = windowOf(element);
  const page = Math.max(1, Math.floor(window.height / ROW_HEIGHT) - 2);
  const { row, column } = view.state.chosen;
  const to = moveBy(event.key, event.ctrlKey || event.metaKey, { row, column }, size, page);
  if (to === null) return;
  event.preventDefault();
  const scroll = scrollTo(size, window, to.row, to.column);
  element.scrollTop = scroll.top;
  element.scrollLeft = scroll.left;
  select(view, plane, spec, to);
}

function press(event: MouseEvent, view: NumbersContext, plane: Plane, spec: LayerSpec | null): void {
  const cell = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=gridcell]") : null;
  if (cell !== null) select(view, plane, spec, { row: Number(cell.dataset["row"]), column: Number(cell.dataset["column"]) });
}
