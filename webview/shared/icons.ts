/** Icons as lit templates: 16 px grid (layer kinds 20), 1 px strokes, currentColor. Decoration: always hidden from screen readers. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

interface Glyph {
  readonly shape: SVGTemplateResult;
  readonly viewBox: string;
}

const glyph = (shape: SVGTemplateResult, viewBox = "0 0 16 16"): Glyph => ({ shape, viewBox });

// Layer kinds. Recurrent: a box that feeds itself; the dots are its gates (SimpleRNN 0, GRU 2, LSTM 3).
const glyphs = {
  down: glyph(svg`<path d="m4 6.2 4 4 4-4"/>`),
  right: glyph(svg`<path d="m6.2 4 4 4-4 4"/>`),
  add: glyph(svg`<path d="M8 3v10M3 8h10"/>`),
  minus: glyph(svg`<path d="M4 8h8"/>`),
  check: glyph(svg`<path d="m3.5 8.5 3 3 6-7"/>`),
  play: glyph(svg`<path d="M4.5 3.2v9.6L12.6 8z"/>`),
  stop: glyph(svg`<rect x="4" y="4" width="8" height="8" rx="1"/>`),
  copy: glyph(
    svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.2"/><path d="M10.5 3.5v-.3a1 1 0 0 0-1-1H3.2a1 1 0 0 0-1 1v6.3a1 1 0 0 0 1 1h.3"/>`,
  ),
  trash: glyph(
    svg`<path d="M2.5 4.5h11M6 4.3V3a.8.8 0 0 1 .8-.8h2.4A.8.8 0 0 1 10 3v1.3M4 4.5l.6 8.2a1 1 0 0 0 1 .9h4.8a1 1 0 0 0 1-.9l.6-8.2M6.8 7v4M9.2 7v4"/>`,
  ),
  more: glyph(svg`<g class="dot"><circle cx="3.5" cy="8" r="1"/><circle cx="8" cy="8" r="1"/><circle cx="12.5" cy="8" r="1"/></g>`),
  grip: glyph(
    svg`<g class="dot"><circle cx="2.5" cy="4" r=".9"/><circle cx="5.5" cy="4" r=".9"/><circle cx="2.5" cy="8" r=".9"/><circle cx="5.5" cy="8" r=".9"/><circle cx="2.5" cy="12" r=".9"/><circle cx="5.5" cy="12" r=".9"/></g>`,
    "0 0 8 16",
  ),
  error: glyph(svg`<circle cx="8" cy="8" r="5.5"/><path d="m6 6 4 4m0-4-4 4"/>`),
  warning: glyph(svg`<path d="M8 2.5 14 13.3H2zM8 6.5v3.3M8 11.2v.6"/>`),
  bulb: glyph(svg`<path d="M6 11.3v-.8C4.7 9.8 3.8 8.5 3.8 6.9a4.2 4.2 0 0 1 8.4 0c0 1.6-.9 2.9-2.2 3.6v.8zM6.3 13.7h3.4"/>`),
  why: glyph(svg`<circle cx="8" cy="8" r="5.5"/><path d="M6.5 6.6a1.5 1.5 0 1 1 2.2 1.3c-.5.3-.7.5-.7 1.1M8 10.7v.5"/>`),
  braces: glyph(
    svg`<path d="M6 2.5c-1.5 0-2 .6-2 1.8v1.9C4 7.3 3.5 8 2.3 8 3.5 8 4 8.7 4 9.8v1.9c0 1.2.5 1.8 2 1.8M10 2.5c1.5 0 2 .6 2 1.8v1.9c0 1.1.5 1.8 1.7 1.8-1.2 0-1.7.7-1.7 1.8v1.9c0 1.2-.5 1.8-2 1.8"/>`,
  ),
  export: glyph(svg`<path d="M8 9.5v-7M5.2 5.2 8 2.5l2.8 2.7M3 8.5v4a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1v-4"/>`),
  select: glyph(svg`<path d="M5.5 2.5H4M5.5 13.5H4M4.8 2.5v11M8 5.5h5.5M8 8h5.5M8 10.5h3.5"/>`),
  wave: glyph(svg`<path d="M1.8 8C3 3 5.5 3 8 8s5 5 6.2 0"/>`),
  file: glyph(svg`<path d="M4 2.5h5l3.5 3.5v6.5a1 1 0 0 1-1 1H4.5a1 1 0 0 1-1-1v-9.5a.5.5 0 0 1 .5-.5zM9 2.7V6h3.3"/>`),
  python: glyph(svg`<path d="m5.5 5-3 3 3 3M10.5 5l3 3-3 3M9 3.5 7 12.5"/>`),
  learn: glyph(svg`<path d="M8 3 1.8 6 8 9l6.2-3zM4.2 7.3v3.2c1 1 2.3 1.5 3.8 1.5s2.8-.5 3.8-1.5V7.3M14 6.2v4"/>`),
  chip: glyph(
    svg`<rect x="4.5" y="4.5" width="7" height="7" rx="1"/><path d="M6.5 4.5v-2m3 2v-2m-3 11v-2m3 2v-2m2-5h2m-2 3h2m-11-3h2m-2 3h2"/>`,
  ),
  close: glyph(svg`<path d="m4 4 8 8m0-8-8 8"/>`),
  SimpleRNN: glyph(
    svg`<rect x="4.5" y="8.5" width="11" height="8" rx="1.5"/><path d="M15.5 12.5h.5a1.5 1.5 0 0 0 1.5-1.5V6A1.5 1.5 0 0 0 16 4.5H8M10 2.5l-2 2 2 2"/>`,
    "0 0 20 20",
  ),
  GRU: glyph(
    svg`<rect x="4.5" y="8.5" width="11" height="8" rx="1.5"/><path d="M15.5 12.5h.5a1.5 1.5 0 0 0 1.5-1.5V6A1.5 1.5 0 0 0 16 4.5H8M10 2.5l-2 2 2 2"/><g class="dot"><circle cx="8.2" cy="12.5" r="1.1"/><circle cx="11.8" cy="12.5" r="1.1"/></g>`,
    "0 0 20 20",
  ),
  LSTM: glyph(
    svg`<rect x="4.5" y="8.5" width="11" height="8" rx="1.5"/><path d="M15.5 12.5h.5a1.5 1.5 0 0 0 1.5-1.5V6A1.5 1.5 0 0 0 16 4.5H8M10 2.5l-2 2 2 2"/><g class="dot"><circle cx="7.2" cy="12.5" r="1"/><circle cx="10" cy="12.5" r="1"/><circle cx="12.8" cy="12.5" r="1"/></g>`,
    "0 0 20 20",
  ),
  both: glyph(
    svg`<rect x="5.5" y="6.5" width="9" height="7" rx="1.5"/><path d="M14.5 10h1.5a1.5 1.5 0 0 0 1.5-1.5V5A1.5 1.5 0 0 0 16 3.5H8.5M10.5 1.5l-2 2 2 2M5.5 10H4a1.5 1.5 0 0 0-1.5 1.5V15A1.5 1.5 0 0 0 4 16.5h7.5M9.5 14.5l2 2-2 2"/>`,
    "0 0 20 20",
  ),
  Dense: glyph(
    svg`<path d="M6 5.5 14 10M6 10h8M6 14.5 14 10"/><g class="node"><circle cx="4.8" cy="4.8" r="1.7"/><circle cx="4.8" cy="10" r="1.7"/><circle cx="4.8" cy="15.2" r="1.7"/><circle cx="15.2" cy="10" r="1.7"/></g>`,
    "0 0 20 20",
  ),
  Embedding: glyph(svg`<rect x="3.5" y="3.5" width="13" height="13" rx="1.5"/><path d="M3.5 7.8h13M3.5 12.2h13M7.8 3.5v13"/>`, "0 0 20 20"),
  RepeatVector: glyph(
    svg`<rect x="3.5" y="3.5" width="8" height="8" rx="1.2"/><path d="M13.5 6.5v6a1 1 0 0 1-1 1h-6M15.7 9v6a1 1 0 0 1-1 1H9"/>`,
    "0 0 20 20",
  ),
  Dropout: glyph(
    svg`<circle cx="6" cy="6" r="2.3"/><circle cx="14" cy="6" r="2.3" stroke-dasharray="1.5 1.5"/><circle cx="6" cy="14" r="2.3" stroke-dasharray="1.5 1.5"/><circle cx="14" cy="14" r="2.3"/>`,
    "0 0 20 20",
  ),
  Input: glyph(svg`<path d="M11 3.5h4a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5h-4M3 10h8.5M8.5 6.8 11.7 10l-3.2 3.2"/>`, "0 0 20 20"),
  unroll: glyph(
    svg`<circle cx="4" cy="8" r="2.5"/><path d="M6.5 8h2m5 0h1.5M4 5.5V3.2m0 9.6v-2.3"/><circle cx="11" cy="8" r="2.5"/><path d="M11 5.5V3.2m0 9.6v-2.3"/>`,
  ),
  run: glyph(svg`<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5V5h-2.5"/>`),
  pin: glyph(svg`<path d="M10 2.5 13.5 6l-1 .6-2 2-.3 3L4.4 5.8l3-.3 2-2 .6-1zM7.2 8.8 3 13"/>`),
  clock: glyph(svg`<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3l2 1.5"/>`),
  info: glyph(svg`<circle cx="8" cy="8" r="5.8"/><path d="M8 7.5V11M8 5.2v.01"/>`),
  tensor: glyph(svg`<path d="M2.5 5.5h8v8h-8zM2.5 5.5l3-3h8v8l-3 3m0-8 3-3"/>`),
  layer: glyph(svg`<path d="M8 2.5 14 6l-6 3.5L2 6l6-3.5zM2.5 9.5 8 12.8l5.5-3.3"/>`),
  forward: glyph(svg`<path d="M2.5 8h11M10 4.5 13.5 8 10 11.5"/>`),
  backward: glyph(svg`<path d="M13.5 8h-11M6 4.5 2.5 8 6 11.5"/>`),
  gate: glyph(svg`<path d="M2 8h3.5m5 0H14M5.5 3.5v9m5-9v9"/>`),
  table: glyph(svg`<path d="M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.5 3v10"/>`),
  trace: glyph(svg`<path d="M2.5 3.5h3v3h5v3h3M10.5 12.5h3v-3"/>`),
  contrast: glyph(svg`<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor"/>`),
  rail: glyph(svg`<path d="M2.5 3h11v10h-11zM6.5 3v10"/>`),
  swap: glyph(svg`<path d="M3 5.5h9.5M10 3l2.5 2.5L10 8M13 10.5H3.5M6 8l-2.5 2.5L6 13"/>`),
  pause: glyph(svg`<path d="M4.5 3.5h2.5v9H4.5zM9 3.5h2.5v9H9z" fill="currentColor"/>`),
  next: glyph(svg`<path d="m5 4 5 4-5 4zM12 4v8"/>`),
  prev: glyph(svg`<path d="m11 4-5 4 5 4zM4 4v8"/>`),
  Masking: glyph(
    svg`<rect x="3.5" y="3.5" width="13" height="13" rx="1.5"/><path d="m3.7 9.5 5.8-5.8M3.7 15.7 15.7 3.7M10.5 16.3l5.8-5.8"/>`,
    "0 0 20 20",
  ),
  Activation: glyph(svg`<path d="M3 16.5h14M3.5 14c4 0 4.5-.5 6.2-4S12.5 4.5 16.5 4.5"/>`, "0 0 20 20"),
  Flatten: glyph(svg`<rect x="3.5" y="3.5" width="13" height="4" rx="1.2"/><path d="M10 9.5V14M8 12l2 2 2-2M3.5 16.5h13"/>`, "0 0 20 20"),
  Reshape: glyph(
    svg`<rect x="3.5" y="3.5" width="6" height="13" rx="1.2"/><rect x="3.5" y="10.5" width="13" height="6" rx="1.2" stroke-dasharray="1.5 1.5"/>`,
    "0 0 20 20",
  ),
} as const satisfies Readonly<Record<string, Glyph>>;

export type IconName = keyof typeof glyphs;

/** @param className "i" (16 px) unless told; a layer's kind has "kind". */
export function icon(name: IconName, className = "i"): TemplateResult {
  const { shape, viewBox } = glyphs[name];
  return html`<svg class=${className} viewBox=${viewBox} aria-hidden="true">${shape}</svg>`;
}

export function isIcon(name: string): name is IconName {
  return Object.hasOwn(glyphs, name);
}
