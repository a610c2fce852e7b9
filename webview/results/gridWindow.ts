/** Which rows and columns of a tensor the data grid draws, however long it is. Pure. */
import type { GridWindow } from "./state.js";

export const ROW_HEIGHT = 22;
export const HEAD_HEIGHT = 24;
/** Browsers draw nothing beyond some 16 million px; longer grids scroll in larger strides. */
export const MOST_PIXELS = 8_000_000;
const MARGIN = 4;

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  readonly columnWidth: number;
  readonly headWidth: number;
}

export interface GridLayout {
  readonly width: number;
  readonly height: number;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
  /** Top of a row in px, from the grid's first pixel. */
  top(row: number): number;
}

/** Rows and columns in sight and a few more; `last` is included. */
export function layoutOf(size: GridSize, window: GridWindow): GridLayout {
  const full = HEAD_HEIGHT + size.rows * ROW_HEIGHT;
  const height = Math.min(full, MOST_PIXELS);
  const shift = window.top * strideOf(size, window) - window.top;
  const virtualTop = window.top + shift;
  const firstRow = Math.max(0, Math.floor((virtualTop - HEAD_HEIGHT) / ROW_HEIGHT) - MARGIN);
  const lastRow = Math.min(size.rows - 1, Math.ceil((virtualTop + window.height) / ROW_HEIGHT) + MARGIN);
  const firstColumn = Math.max(0, Math.floor((window.left - size.headWidth) / size.columnWidth) - 1);
  const lastColumn = Math.min(size.columns - 1, Math.ceil((window.left + window.width) / size.columnWidth) + 1);
  const width = size.headWidth + size.columns * size.columnWidth;
  return { width, height, firstRow, lastRow, firstColumn, lastColumn, top: (row) => HEAD_HEIGHT + row * ROW_HEIGHT - shift };
}

/** Virtual px for each px scrolled: 1 but for grids longer than a browser draws. */
function strideOf(size: GridSize, window: { readonly height: number }): number {
  const full = HEAD_HEIGHT + size.rows * ROW_HEIGHT;
  if (full <= MOST_PIXELS) return 1;
  return (full - window.height) / Math.max(1, MOST_PIXELS - window.height);
}

/** Where to scroll so that a cell is in sight: unchanged where it is already. */
export function scrollTo(size: GridSize, window: GridWindow, row: number, column: number): { top: number; left: number } {
  const stride = strideOf(size, window);
  const virtual = window.top * stride;
  const y = HEAD_HEIGHT + row * ROW_HEIGHT;
  let top = virtual;
  if (y - HEAD_HEIGHT < virtual) top = y - HEAD_HEIGHT;
  else if (y + ROW_HEIGHT > virtual + window.height) top = y + ROW_HEIGHT - window.height;
  const x = size.headWidth + column * size.columnWidth;
  let { left } = window;
  if (x - size.headWidth < left) left = x - size.headWidth;
  else if (x + size.columnWidth > left + window.width) left = x + size.columnWidth - window.width;
  return { top: Math.max(0, top / stride), left: Math.max(0, left) };
}

/** The cell that a key leads to; null for other keys. */
export function moveBy(
  key: string,
  ctrl: boolean,
  at: { row: number; column: number },
  size: GridSize,
  page: number,
): { row: number; column: number } | null {
  const { row, column } = at;
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    PageUp: [row - page, column],
    PageDown: [row + page, column],
    Home: ctrl ? [0, 0] : [row, 0],
    End: ctrl ? [size.rows - 1, size.columns - 1] : [row, size.columns - 1],
  };
  const target = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (target === undefined) return null;
  return { row: Math.max(0, Math.min(size.rows - 1, target[0])), column: Math.max(0, Math.min(size.columns - 1, target[1])) };
}
