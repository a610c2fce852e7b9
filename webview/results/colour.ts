/** Colours of values: hue says the sign, brightness says the amount. Pure; `palette.ts` reads the theme. */

export type Rgb = readonly [number, number, number];
export type Kind = "signed" | "amount";

export interface Palette {
  readonly back: Rgb;
  readonly fore: Rgb;
  /** The colour of 0. */
  readonly zero: Rgb;
  readonly negative: Rgb;
  readonly positive: Rgb;
  readonly focus: Rgb;
  /** Negative cells without room for their number carry a dash. */
  readonly safe: boolean;
}

export type PaletteName = "theme" | "safe";

/** Okabe and Ito's pairs. */
export const safePairs = { dark: ["#56b4e9", "#e69f00"], light: ["#0072b2", "#d55e00"], contrast: ["#56b4e9", "#ffb000"] } as const;

/** Reads "#rgb", "#rrggbb[aa]", "rgb(…)" and "rgba(…)"; null where it is none of them. */
export function parseColour(text: string): Rgb | null {
  const value = text.trim().toLowerCase();
  const hex = /^#([0-9a-f]{3,8})$/.exec(value)?.[1];
  if (hex !== undefined && hex.length !== 5 && hex.length !== 7) {
    const wide = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [0, 2, 4].map((at) => parseInt(wide.slice(at, at + 2), 16)) as unknown as Rgb;
  }
  const parts = /^rgba?\(([^)]*)\)$/.exec(value)?.[1]?.match(/[\d.]+/g);
  if (parts === undefined || parts === null || parts.length < 3) return null;
  return parts.slice(0, 3).map((part) => Math.min(255, Math.round(Number(part)))) as unknown as Rgb;
}

/** `share` of the way from `a` to `b`. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((v, i) => Math.round(v + ((b[i] as number) - v) * share)) as unknown as Rgb;
}

export function css(colour: Rgb): string {
  return `rgb(${colour.join(" ")})`;
}

/** The colour of value `v` on a scale that ends at `scale`. NaN has none: it is printed. */
export function paint(palette: Palette, v: number, scale: number, kind: Kind = "signed"): Rgb {
  if (Number.isNaN(v)) return palette.back;
  const share = scale > 0 ? Math.min(1, Math.abs(v) / scale) : 0;
  if (kind === "amount") return mix(palette.zero, palette.fore, share * 0.92);
  return mix(palette.zero, v < 0 ? palette.negative : palette.positive, share);
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((v) => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** What to write with on `ground`: the foreground where it can be read, else black or white. */
export function ink(palette: Palette, ground: Rgb): Rgb {
  if (contrast(ground, palette.fore) >= 5) return palette.fore;
  return contrast(ground, BLACK) >= contrast(ground, WHITE) ? BLACK : WHITE;
}
