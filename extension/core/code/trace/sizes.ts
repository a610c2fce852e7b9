/** The sizes of a tensor that only a run can tell: of all of them the batch is known as such. */
import { type LibraryName, type Site, Thing, type Value } from "../evaluate/values.js";
import type { Tensor } from "./tensor.js";

/** A size as an argument: a number, the batch, or null for what is open. */
export type Size = number | "batch" | null;

const batch: LibraryName = { kind: "symbol", path: "torch.Size.batch" };

export function sizeOf(value: Value): Size {
  if (value.kind === "number") return value.value;
  return value.kind === "symbol" && value.path === batch.path ? "batch" : null;
}

/** `x.shape`, `x.size()`. */
export class Sizes extends Thing {
  constructor(private readonly tensor: Tensor) {
    super();
  }

  /** The size of one axis: the batch, or what a run says. */
  axis(axis: number, at: Site): Value {
    const { order, rank } = this.tensor.form;
    const place = axis < 0 && rank !== null ? axis + rank : axis;
    return place === (order === "TB" ? 1 : 0) ? batch : at.machine.lost("runtime", at);
  }

  override index([first]: readonly Value[], at: Site): Value | undefined {
    return first?.kind === "number" ? this.axis(first.value, at) : undefined;
  }

  override pieces(count: number, at: Site): readonly Value[] {
    return Array.from({ length: count }, (_, axis) => this.axis(axis, at));
  }
}
