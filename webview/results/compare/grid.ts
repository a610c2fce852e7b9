/** Units over a window of steps around the cursor, of one side or of the difference of both; and its picture. */
import { MAX_SLICE_ELEMENTS } from "../../../extension/core/protocol/results.js";
import { css, ink, mix, paint, type Palette } from "../colour.js";
import type { Box, Slice } from "../slices.js";
import { roundStride } from "../stripCanvas.js";
import type { End } from "./pairs.js";

/** Columns and rows of one of three pictures side by side. */
const MOST_STEPS = 256;
const MOST_UNITS = 256;

export interface Grid {
  /** Steps are those of the input, whichever way the tensor runs. */
  readonly from: number;
  readonly steps: number;
  readonly units: number;
  /** @param step from 0 within the window */
  at(unit: number, step: number): number;
}

export interface Window {
  readonly from: number;
  readonly steps: number;
}

export function windowAround(ends: readonly End[], step: number): Window {
  const total = Math.max(1, ...ends.map((end) => end.tensor.shape[1] ?? 1));
  const widest = Math.max(1, ...ends.map((end) => end.tensor.shape[2] ?? 1));
  const most = Math.max(1, Math.min(MOST_STEPS, Math.floor(MAX_SLICE_ELEMENTS / widest)));
  const from = Math.floor(Math.min(step, total - 1) / most) * most;
  return { from, steps: Math.min(most, total - from) };
}

/** null: on its way; a text: why not. */
export function gridOf(end: End, window: Window, batch: number, slice: (box: Box) => Slice): Grid | null | string {
  const { tensor, offset, strip } = end;
  const units = Math.min(MOST_UNITS, end.units);
  const total = tensor.shape[1] ?? 1;
  const flipped = strip?.flipped === true;
  const first = flipped ? total - window.from - window.steps : window.from;
  const columns = tensor.shape[2] ?? 1;
  const found = slice({ tensor: tensor.id, start: [batch, first, 0], count: [1, window.steps, columns] });
  if (found.status === "pending") return null;
  if (found.status === "failed") return found.message;
  const row = (step: number): number => (flipped ? window.steps - 1 - step : step) * columns + offset;
  return { ...window, units, at: (unit, step) => found.values[row(step) + unit] ?? NaN };
}

export function deltaOf(a: Grid, b: Grid): Grid {
  return { ...a, at: (unit, step) => b.at(unit, step) - a.at(unit, step) };
}

export interface Drawing {
  readonly grid: Grid;
  readonly palette: Palette;
  readonly scale: number;
  readonly width: number;
  /** What a cell says where it has room. */
  readonly text: (value: number) => string;
  /** Cursor from 0 over the whole sequence, and unit. */
  readonly step: number;
  readonly unit: number;
}

const GUTTER = 28;
const TOP = 16;
const WIDEST = 96;

export function sizesOf({ grid, width }: Pick<Drawing, "grid" | "width">): { cell: number; row: number; width: number; height: number } {
  const cell = Math.min(WIDEST, Math.max(1, (Math.max(60, width) - GUTTER) / grid.steps));
  const row = grid.units <= 32 ? 16 : grid.units <= 96 ? 6 : 3;
  return { cell, row, width: GUTTER + cell * grid.steps + 1, height: TOP + grid.units * row + 1 };
}

/** The cell under a point; null beside the cells. Steps over the whole sequence. */
export function cellUnder(drawing: Pick<Drawing, "grid" | "width">, x: number, y: number): { unit: number; step: number } | null {
  const { cell, row } = sizesOf(drawing);
  const [step, unit] = [Math.floor((x - GUTTER) / cell), Math.floor((y - TOP) / row)];
  const inside = step >= 0 && step < drawing.grid.steps && unit >= 0 && unit < drawing.grid.units;
  return inside ? { unit, step: step + drawing.grid.from } : null;
}

export function draw(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const sizes = sizesOf(drawing);
  const dpr = window.devicePixelRatio || 1;
  canvas.width = Math.round(sizes.width * dpr);
  canvas.height = Math.round(sizes.height * dpr);
  canvas.style.width = `${sizes.width}px`;
  canvas.style.height = `${sizes.height}px`;
  const g = canvas.getContext("2d");
  if (g === null) return;
  g.setTransform(dpr, 0, 0, dpr, 0, 0);
  g.textBaseline = "middle";
  labels(g, drawing, sizes);
  cells(g, drawing, sizes);
  frames(g, drawing, sizes);
}

type Sizes = ReturnType<typeof sizesOf>;

function labels(g: CanvasRenderingContext2D, { grid, palette, step }: Drawing, { cell, row }: Sizes): void {
  const dim = css(mix(palette.back, palette.fore, 0.72));
  g.font = `11px ${fontOf("--vscode-font-family", "sans-serif")}`;
  g.textAlign = "center";
  g.fillStyle = dim;
  g.fillText("t", GUTTER - 11, 7);
  const columns = roundStride(30 / cell);
  for (let k = 0; k < grid.steps; k++) {
    if (!isLabelled(grid.from + k, columns)) continue;
    g.fillStyle = grid.from + k === step ? css(palette.fore) : dim;
    g.fillText(String(grid.from + k + 1), GUTTER + (k + 0.5) * cell, 7);
  }
  g.font = `10px ${fontOf("--vscode-editor-font-family", "monospace")}`;
  g.textAlign = "right";
  g.fillStyle = dim;
  const rows = roundStride(12 / row);
  for (let unit = 0; unit < grid.units; unit++)
    if (isLabelled(unit, rows)) g.fillText(String(unit + 1), GUTTER - 8, TOP + (unit + 0.5) * row);
}

function isLabelled(index: number, every: number): boolean {
  return every === 1 || index === 0 || (index + 1) % every === 0;
}

function cells(g: CanvasRenderingContext2D, { grid, palette, scale, text }: Drawing, { cell, row }: Sizes): void {
  const gap = cell >= 4 && row >= 6 ? 1 : 0;
  const printed = cell >= 40 && row >= 14;
  g.font = `11px ${fontOf("--vscode-editor-font-family", "monospace")}`;
  g.textAlign = "center";
  for (let unit = 0; unit < grid.units; unit++) {
    for (let step = 0; step < grid.steps; step++) {
      const value = grid.at(unit, step);
      const colour = paint(palette, value, scale);
      const [x, y] = [GUTTER + step * cell, TOP + unit * row];
      g.fillStyle = css(colour);
      g.fillRect(x, y, cell - gap, row - gap);
      g.fillStyle = css(ink(palette, colour));
      if (printed) g.fillText(text(value), x + cell / 2, y + row / 2);
      // The sign without a hue.
      else if (palette.safe && value < -0.05 * scale && cell >= 8 && row >= 5) g.fillRect(x + cell / 2 - 3, y + row / 2 - 1, 6, 1);
    }
  }
}

function frames(g: CanvasRenderingContext2D, { grid, palette, step, unit }: Drawing, { cell, row, height }: Sizes): void {
  const k = step - grid.from;
  if (k < 0 || k >= grid.steps) return;
  g.lineWidth = 1.5;
  g.strokeStyle = css(palette.focus);
  g.strokeRect(GUTTER + k * cell - 0.25, TOP + 0.25, Math.max(2, cell - 0.5), height - TOP - 1);
  if (unit >= grid.units) return;
  g.strokeStyle = css(palette.fore);
  g.strokeRect(GUTTER + k * cell - 0.25, TOP + unit * row - 0.25, Math.max(2, cell - 0.5), Math.max(2, row - 0.5));
}

function fontOf(name: string, fallback: string): string {
  return getComputedStyle(document.body).getPropertyValue(name).trim() || fallback;
}
