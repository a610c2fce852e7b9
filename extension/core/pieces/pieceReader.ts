/** Pieces of data as the tensors that a model gets: what `applyReading` makes of the whole, without the whole. */
import { type Failure, failure, runCancelled, UnrollError } from "../errors.js";
import type { Message } from "../messages.js";
import { notesOf } from "../reading/applyReading.js";
import { keptColumns } from "../reading/columns.js";
import { type Grid, gridOf, intoWindows, viewOf } from "../reading/grid.js";
import { filled, type Gaps, gapsOf, withGapsMasked } from "../reading/missing.js";
import type { Reading, Target } from "../reading/reading.js";
import { type Fitted, fitRows, ScaleFit, scaledBy, scalingOf } from "../reading/scaling.js";
import { boxOf, sizesOf } from "./gridBox.js";
import { type Piece, plainPieces, type Sizes } from "./pieces.js";
import { type PieceSource, withColumns } from "./pieceSource.js";

/** Numbers that are read at once while a scale is fitted. */
const FIT_NUMBERS = 2 ** 20;

export interface PieceTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** [B, T], where steps are left out. */
  readonly mask: Uint8Array | null;
}

export interface FitControls {
  readonly cancelled: () => boolean;
  /** Rows that are taken, of all in all passes. */
  readonly onProgress: (done: number, total: number) => void;
}

export class PieceReader {
  readonly sizes: Sizes;
  private readonly source: PieceSource;
  private readonly cut: boolean;
  private scale: Fitted | null = null;
  private gaps: Gaps = { count: 0, steps: 0 };
  /** [sequences, features]: what stands before the next piece's first step. */
  private earlier: Float32Array | null = null;

  /** @throws UnrollError where the reading does not fit the array's axes */
  constructor(
    source: PieceSource,
    private readonly reading: Reading,
    private readonly target: Target,
  ) {
    const kept = keptColumns(source, reading);
    this.cut = kept !== null;
    this.source = kept === null ? source : withColumns(source, kept);
    const sizes = sizesOf(this.source.shape, reading, target);
    if (!sizes.ok) throw new UnrollError(sizes.error);
    this.sizes = sizes.value;
  }

  /** Takes the scale from the rows that the reading says; nothing to do without one. @throws UnrollError */
  async fit({ cancelled, onProgress }: FitControls): Promise<void> {
    const scaling = scalingOf(this.reading, this.target === "ids");
    if (scaling === null) return;
    const [batch, steps, features] = this.sizes;
    const rows = fitRows({ batch, steps }, this.reading.fitPercent);
    const fit = new ScaleFit(scaling, features);
    const perSequence = steps * features;
    const each =
      perSequence > FIT_NUMBERS
        ? { samples: 1, steps: Math.max(1, Math.floor(FIT_NUMBERS / features)) }
        : { samples: Math.max(1, Math.floor(FIT_NUMBERS / perSequence)), steps };
    const of: Sizes = rows.kind === "steps" ? [batch, rows.first, features] : [rows.first, steps, features];
    let done = 0;
    for (let pass = 0; pass < fit.passes; pass++) {
      for (const piece of plainPieces(of, each)) {
        if (cancelled()) throw runCancelled();
        const raw = await this.grid(piece);
        fit.add(this.reading.missing === "mask" ? withGapsMasked(raw) : raw, piece.sequences * piece.steps);
        onProgress((done += piece.sequences * piece.steps), fit.passes * of[0] * of[1]);
      }
      fit.endPass();
    }
    this.scale = fit.fitted();
  }

  /** Pieces in their order: gaps are filled from the one before. @param carried its result is carried on to the next one. @throws UnrollError */
  async read(piece: Piece, carried: boolean): Promise<PieceTensor> {
    const { reading, target } = this;
    const raw = await this.grid(piece);
    const gaps = this.count(raw, piece);
    const refusal = this.refusalOf(gaps, carried);
    if (refusal !== null) throw new UnrollError(refusal);
    const gapped = gaps.count > 0 && reading.missing === "mask" ? withGapsMasked(raw) : raw;
    const whole = gaps.count > 0 ? filled(gapped, reading.missing, piece.step === 0 ? null : this.earlier) : gapped;
    this.keepEarlier(whole, piece);
    const done = this.scale === null ? whole : scaledBy(whole, this.scale);
    // What is not scaled was looked at when it was read.
    if (this.scale !== null && !done.values.every(Number.isFinite))
      throw new UnrollError(
        failure("INVALID_ARGUMENT", "Scaled by these rows, values go beyond the range of float32. Fit the scale on all rows."),
      );
    const { batch, steps, features, values, mask } = reading.window === null ? done : intoWindows(done, reading.window);
    const shape = target === "sequences" ? [batch, steps, features] : target === "ids" ? [batch, steps] : [steps, features];
    return { shape, values, mask: target === "samples" ? null : mask };
  }

  /** How the numbers were read. @param shape of all of them. Complete once every piece was read. */
  notes(shape: readonly number[]): Message[] {
    const { reading, target, gaps, cut } = this;
    const [batch, steps] = this.sizes;
    const { shape: written, columns } = this.source;
    return notesOf({ shape: [...written], columns, mask: null }, { reading, target, shape, gaps, raw: { batch, steps, mask: null }, cut });
  }

  private async grid(piece: Pick<Piece, "batch" | "sequences" | "step" | "steps">): Promise<Grid> {
    const { reading, target, source } = this;
    const box = boxOf(source.shape, reading, target, piece);
    const values = await source.read(box);
    const view = viewOf(box.count, reading, target);
    if (!view.ok) throw new UnrollError(view.error);
    const about = { ok: true, columns: null, notes: [], mask: null, maskShape: null, name: "", format: "file" } as const;
    return { ...gridOf({ ...about, shape: [...box.count], values, offsets: new Uint32Array(0) }, view.value), offsets: null };
  }

  /** Steps that the next piece reads once more are counted there. */
  private count(raw: Grid, { step, steps, nextStep }: Piece): Gaps {
    // The first gap is an error then.
    if (this.reading.missing === "error") return { count: 0, steps: 0 };
    const own = nextStep === null ? steps : nextStep - step;
    const gaps = gapsOf(raw);
    const counted = own === steps ? gaps : gapsOf({ ...raw, values: raw.values.subarray(0, own * raw.features) });
    this.gaps = { count: this.gaps.count + counted.count, steps: this.gaps.steps + counted.steps };
    return gaps;
  }

  private refusalOf({ count }: Gaps, carried: boolean): Failure | null {
    if (count === 0 || this.reading.missing !== "mask") return null;
    if (this.target === "samples")
      return failure("INVALID_ARGUMENT", "The model takes samples without a time axis: no step can be masked. Read missing values as 0.");
    if (!carried) return null;
    return failure(
      "UNSUPPORTED",
      "The sequence is computed piece by piece, and a masked time step repeats the output before it, which lies in another piece. Read missing values as 0, or as the value before.",
    );
  }

  /** The step before the next piece's first: where gaps are filled, what fills them. */
  private keepEarlier({ values, features, batch, steps }: Grid, { step, nextStep }: Piece): void {
    if (nextStep === null) return;
    const last = nextStep - step - 1;
    const earlier = new Float32Array(batch * features);
    for (let b = 0; b < batch; b++) {
      const at = (b * steps + last) * features;
      earlier.set(values.subarray(at, at + features), b * features);
    }
    this.earlier = earlier;
  }
}
