/** Copies a tensor, or the slice of it that is shown, once its values are here. */
import type { Numbers } from "../../extension/core/formats/dtype.js";
import type { TensorView } from "../../extension/core/protocol/results.js";
import { type CopyFormat, copyText } from "./copy.js";
import type { Found } from "./requestCache.js";
import type { Box } from "./slices.js";
import { parseSlice } from "./sliceText.js";

export interface Part {
  readonly box: Box;
  /** Without the axes that the slice fixes. */
  readonly shape: readonly number[];
}

/** @param slice as it was typed; what cannot be read is the whole tensor */
export function partOfTensor({ id, shape }: TensorView, slice: string): Part {
  const parsed = parseSlice(slice, shape);
  if (!parsed.ok) return { box: { tensor: id, start: shape.map(() => 0), count: shape }, shape };
  const start = parsed.parts.map((part) => (part.kind === "index" ? part.at : part.from));
  const count = parsed.parts.map((part) => (part.kind === "index" ? 1 : part.count));
  return { box: { tensor: id, start, count }, shape: parsed.parts.flatMap((part) => (part.kind === "index" ? [] : [part.count])) };
}

export class Copier {
  private job: (Part & { readonly dtype: string; readonly format: CopyFormat }) | null = null;

  /** @param copy `by` is the id of the button */
  constructor(
    private readonly slice: (box: Box) => Found<Numbers>,
    private readonly copy: (text: string, by: string) => void,
  ) {}

  start(tensor: TensorView, slice: string, format: CopyFormat): void {
    this.job = { ...partOfTensor(tensor, slice), dtype: tensor.dtype, format };
    this.proceed();
  }

  /** Values have come. */
  proceed(): void {
    if (this.job === null) return;
    const { box, shape, dtype, format } = this.job;
    const found = this.slice(box);
    if (found.status === "pending") return;
    this.job = null;
    if (found.status === "ready") this.copy(copyText(format, found.values, shape, dtype), `copy-${format}`);
  }
}
