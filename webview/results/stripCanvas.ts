/** Draws a strip, units × time, on a canvas. The cells are kept as a bitmap; moving the cursor only strokes two frames. */
import { css, ink, type Kind, mix, paint, type Palette } from "./colour.js";
import { type Band, valueAt } from "./band.js";
import { fixed } from "./numbers.js";

/** What a cell says where it has room; the key tells one way of saying it from another. */
export interface CellText {
  readonly key: string;
  of(value: number): string;
}

export function decimalsText(decimals: number): CellText {
  return { key: String(decimals), of: (value) => fixed(value, decimals) };
}

export interface StripDrawing {
  /** A cell a column and row. */
  readonly band: Band;
  /** Steps of a column and units of a row, for the labels. */
  readonly stepsPer: number;
  readonly unitsPer: number;
  readonly palette: Palette;
  readonly scale: number;
  readonly kind: Kind;
  readonly text: CellText;
  /** First step in the band, from 0, for the axis. */
  readonly from: number;
  readonly axis: boolean;
  /** Width that is there, in px. */
  readonly width: number;
  readonly gutter: number;
  /** Column of the cursor; −1: elsewhere. */
  readonly step: number;
  /** Height of a row in px; left out: as the number of rows wants it. */
  readonly rowHeight?: number;
  /** The cell that was looked at, within the band. */
  readonly cell: { readonly unit: number; readonly step: number } | null;
  /** Whether the columns get wider than they need: not where other strips set the width. */
  readonly columns: number;
  /** Most px of a column. */
  readonly widest?: number;
  /** A column with a mark above it, whatever the cursor does; left out, or −1: none. */
  readonly marked?: number;
}

export interface StripGeometry {
  readonly cellWidth: number;
  readonly rowHeight: number;
  readonly top: number;
  readonly gutter: number;
  readonly width: number;
  readonly height: number;
}

const WIDEST = 144;

export function geometryOf(
  drawing: Pick<StripDrawing, "band" | "axis" | "width" | "gutter" | "columns" | "rowHeight" | "widest">,
): StripGeometry {
  const { band, axis, gutter, widest = WIDEST } = drawing;
  const columns = Math.max(1, drawing.columns);
  const room = Math.max(40, drawing.width - gutter);
  const cellWidth = room / columns >= 4 ? Math.min(widest, Math.floor(room / columns)) : Math.max(1, room / columns);
  const rowHeight = drawing.rowHeight ?? (band.units <= 32 ? 16 : band.units <= 96 ? 6 : 3);
  const top = axis ? 16 : 0;
  return {
    cellWidth,
    rowHeight,
    top,
    gutter,
    width: Math.ceil(gutter + cellWidth * band.steps) + 1,
    height: top + band.units * rowHeight + 1,
  };
}

/** The cell under a point; null beside the cells. */
export function cellAt(geometry: StripGeometry, band: Band, x: number, y: number): { unit: number; step: number } | null {
  const step = Math.floor((x - geometry.gutter) / geometry.cellWidth);
  const unit = Math.floor((y - geometry.top) / geometry.rowHeight);
  return step >= 0 && step < band.steps && unit >= 0 && unit < band.units ? { unit, step } : null;
}

const bitmaps = new WeakMap<
  HTMLCanvasElement,
  { readonly key: string; readonly values: ArrayLike<number>; readonly image: HTMLCanvasElement }
>();

export function drawStrip(canvas: HTMLCanvasElement, drawing: StripDrawing): void {
  const geometry = geometryOf(drawing);
  const dpr = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(geometry.width * dpr), Math.round(geometry.height * dpr)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${geometry.width}px`;
    canvas.style.height = `${geometry.height}px`;
  }
  const g = canvas.getContext("2d");
  if (g === null) return;
  g.setTransform(1, 0, 0, 1, 0, 0);
  g.clearRect(0, 0, width, height);
  g.drawImage(bitmapOf(canvas, drawing, geometry, dpr), 0, 0);
  g.setTransform(dpr, 0, 0, dpr, 0, 0);
  frames(g, drawing, geometry);
}

function bitmapOf(canvas: HTMLCanvasElement, drawing: StripDrawing, geometry: StripGeometry, dpr: number): HTMLCanvasElement {
  const { band, palette, scale, kind, text, from, axis, step } = drawing;
  const key = JSON.stringify([
    geometry,
    dpr,
    palette,
    scale,
    kind,
    text.key,
    from,
    band.start,
    band.byStep,
    drawing.unitsPer,
    axis ? step : -1,
  ]);
  const before = bitmaps.get(canvas);
  if (before !== undefined && before.key === key && before.values === band.values) return before.image;
  const image = document.createElement("canvas");
  image.width = Math.max(1, Math.round(geometry.width * dpr));
  image.height = Math.max(1, Math.round(geometry.height * dpr));
  const g = image.getContext("2d");
  if (g !== null) {
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    g.textBaseline = "middle";
    labels(g, drawing, geometry);
    cells(g, drawing, geometry);
  }
  bitmaps.set(canvas, { key, values: band.values, image });
  return image;
}

function fonts(): { text: string; mono: string } {
  const style = getComputedStyle(document.body);
  const font = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  return { text: font("--vscode-font-family", "sans-serif"), mono: font("--vscode-editor-font-family", "monospace") };
}

/** Step numbers above, unit numbers at the left, as many as there is room for. */
function labels(g: CanvasRenderingContext2D, drawing: StripDrawing, geometry: StripGeometry): void {
  const { band, palette, from, axis, step, stepsPer, unitsPer } = drawing;
  const { cellWidth, rowHeight, top, gutter } = geometry;
  const font = fonts();
  const dim = css(mix(palette.back, palette.fore, 0.72));
  if (axis) {
    g.font = `11px ${font.text}`;
    g.textAlign = "center";
    g.fillStyle = dim;
    g.fillText("t", gutter - 11, 7);
    const every = roundStride((30 * stepsPer) / cellWidth);
    // Where the label before ends.
    let right = -Infinity;
    for (const index of labelled(from, band.steps * stepsPer, every)) {
      const column = Math.floor((index - from) / stepsPer);
      const half = g.measureText(String(index + 1)).width / 2;
      const middle = Math.max(gutter - 4 + half, gutter + (column + 0.5) * cellWidth);
      // The last one would be cut.
      if ((middle + half > geometry.width && column > 0) || middle - half < right + 6) continue;
      right = middle + half;
      g.fillStyle = column === step ? css(palette.fore) : dim;
      g.fillText(String(index + 1), middle, 7);
    }
  }
  g.font = `10px ${font.mono}`;
  g.textAlign = "right";
  g.fillStyle = dim;
  for (const index of labelled(0, band.units * unitsPer, roundStride((12 * unitsPer) / rowHeight)))
    // The first would be cut where rows are lower than letters.
    g.fillText(String(index + 1), gutter - 8, Math.max(5, top + (Math.floor(index / unitsPer) + 0.5) * rowHeight));
}

/** Counted from 1, as people do: the first, and every multiple of the stride that does not crowd it. */
export function labelled(from: number, count: number, every: number): number[] {
  const multiples = Math.floor((from + count) / every) - Math.ceil((from + 1) / every) + 1;
  const first = Math.ceil((from + 1) / every);
  const round = Array.from({ length: Math.max(0, multiples) }, (_, i) => (first + i) * every - 1);
  return round[0] === from ? round : [from, ...round.filter((index) => index - from >= every / 2)];
}

/** 1, 2, 5, 10 … whichever is the first not below `least`. */
export function roundStride(least: number): number {
  for (let power = 1; ; power *= 10) for (const step of [1, 2, 5]) if (step * power >= least) return step * power;
}

/** Cells without a gap between them are a picture of a pixel each, drawn larger: there can be a hundred thousand. */
function dense(g: CanvasRenderingContext2D, drawing: StripDrawing, geometry: StripGeometry): void {
  const { band, palette, scale, kind } = drawing;
  const picture = document.createElement("canvas");
  picture.width = Math.max(1, band.steps);
  picture.height = Math.max(1, band.units);
  const p = picture.getContext("2d");
  if (p === null) return;
  const image = p.createImageData(picture.width, picture.height);
  const pixels = new Uint32Array(image.data.buffer);
  const shades = shadesOf(palette, scale, kind);
  for (let unit = 0; unit < band.units; unit++) {
    for (let step = 0; step < band.steps; step++) {
      const share = valueAt(band, unit, step) / (scale || 1);
      // NaN is the last of them.
      const shade = share === share ? Math.round((Math.max(-1, Math.min(1, share)) + 1) * SHADES) : 2 * SHADES + 1;
      pixels[unit * picture.width + step] = shades[shade] as number;
    }
  }
  p.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(picture, geometry.gutter, geometry.top, band.steps * geometry.cellWidth, band.units * geometry.rowHeight);
}

/** On each side of zero. */
const SHADES = 255;

/** As pixels of an image lie in memory, from the lowest value to the highest, and NaN. */
function shadesOf(palette: Palette, scale: number, kind: Kind): Uint32Array {
  const pixel = ([r, g, b]: readonly [number, number, number]): number => (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
  const shades = Uint32Array.from({ length: 2 * SHADES + 2 }, (_, i) =>
    pixel(paint(palette, ((i - SHADES) / SHADES) * scale, scale, kind)),
  );
  shades[2 * SHADES + 1] = pixel(paint(palette, NaN, scale, kind));
  return shades;
}

/** A value is printed where its cell has room, else only coloured. */
function cells(g: CanvasRenderingContext2D, drawing: StripDrawing, geometry: StripGeometry): void {
  const { band, palette, scale, kind, text } = drawing;
  const { cellWidth, rowHeight, top, gutter } = geometry;
  const gap = cellWidth >= 4 && rowHeight >= 6 ? 1 : 0;
  const printed = cellWidth >= 40 && rowHeight >= 14;
  // The colour-blind palette marks negative cells where there is room for a dash.
  if (gap === 0 && !printed && !(palette.safe && cellWidth >= 8 && rowHeight >= 5)) return dense(g, drawing, geometry);
  g.font = `11px ${fonts().mono}`;
  g.textAlign = "center";
  for (let unit = 0; unit < band.units; unit++) {
    for (let step = 0; step < band.steps; step++) {
      const v = valueAt(band, unit, step);
      const colour = paint(palette, v, scale, kind);
      const [x, y] = [gutter + step * cellWidth, top + unit * rowHeight];
      g.fillStyle = css(colour);
      g.fillRect(x, y, cellWidth - gap, rowHeight - gap);
      if (printed) {
        g.fillStyle = css(ink(palette, colour));
        g.fillText(text.of(v), x + cellWidth / 2, y + rowHeight / 2);
      } else if (palette.safe && kind === "signed" && v < -0.05 * scale && cellWidth >= 8 && rowHeight >= 5) {
        g.fillStyle = css(ink(palette, colour));
        g.fillRect(x + cellWidth / 2 - 3, y + rowHeight / 2 - 1, 6, 1);
      }
    }
  }
}

function frames(g: CanvasRenderingContext2D, drawing: StripDrawing, geometry: StripGeometry): void {
  const { palette, step, cell } = drawing;
  const { cellWidth, rowHeight, top, gutter, height } = geometry;
  mark(g, drawing, geometry);
  g.lineWidth = 1.5;
  if (step >= 0) {
    g.strokeStyle = css(palette.focus);
    g.strokeRect(gutter + step * cellWidth - 0.25, top + 0.25, Math.max(2, cellWidth - 0.5), height - top - 1);
  }
  if (cell !== null) {
    g.strokeStyle = css(palette.fore);
    g.strokeRect(
      gutter + cell.step * cellWidth - 0.25,
      top + cell.unit * rowHeight - 0.25,
      Math.max(2, cellWidth - 0.5),
      Math.max(2, rowHeight - 0.5),
    );
  }
}

/** A wedge that points at the column, and a dashed line down its side where the cells are too small to be told apart. */
function mark(
  g: CanvasRenderingContext2D,
  { palette, marked = -1 }: StripDrawing,
  { cellWidth, top, gutter, height }: StripGeometry,
): void {
  if (marked < 0) return;
  const middle = gutter + (marked + 0.5) * cellWidth;
  g.fillStyle = css(palette.fore);
  g.beginPath();
  g.moveTo(middle - 4, top - 4);
  g.lineTo(middle + 4, top - 4);
  g.lineTo(middle, top);
  g.fill();
  if (cellWidth >= 8) return;
  g.lineWidth = 1;
  g.strokeStyle = css(palette.fore);
  g.setLineDash([3, 3]);
  g.beginPath();
  g.moveTo(Math.round(gutter + marked * cellWidth) - 0.5, top);
  g.lineTo(Math.round(gutter + marked * cellWidth) - 0.5, height);
  g.stroke();
  g.setLineDash([]);
}
