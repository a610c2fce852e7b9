/** Runs the pieces of a plan one after the other, carries the states along, and says where each result belongs. */
import { failure, UnrollError } from "../core/errors.js";
import type { Piece } from "../core/pieces/pieces.js";
import type { PieceTensor } from "../core/pieces/pieceReader.js";
import type { LoadedModel } from "./loadedModel.js";
import { loadLike, type PiecePlan } from "./piecePlan.js";
import type { Session } from "./session.js";

/** Numbers of a result that lie together in the whole one. */
export interface Placed {
  readonly index: number;
  readonly part: Float32Array;
}

export class PieceRuns {
  private current: { readonly model: LoadedModel; readonly sequences: number } | null = null;

  constructor(
    private readonly session: Session,
    private readonly model: LoadedModel,
    private readonly plan: PiecePlan,
  ) {}

  /** @param onProgress told which part of the piece is done. @throws UnrollError */
  async run(
    piece: Piece,
    { shape, values, mask }: PieceTensor,
    signal: AbortSignal,
    onProgress: (part: number) => void,
  ): Promise<Float32Array> {
    const model = this.modelFor(piece);
    // Other sequences: nothing of those before is carried on.
    if (this.plan.carried && piece.step === 0) model.resetStates();
    const steps = mask === null ? undefined : { shape: shape.slice(0, 2), data: Int32Array.from(mask) };
    const { tensors } = await this.session.run(
      model,
      { x: { shape, data: values }, mask: steps, capture: 0 },
      { signal, onProgress: (done, total) => onProgress(total > 0 ? done / total : 0) },
    );
    const output = tensors.find(({ role }) => role === "output");
    if (output === undefined) throw new UnrollError(failure("INTERNAL", "{reason}", { reason: "a run without an output" }));
    return output.data;
  }

  /** What progress counts of a piece, and what was before it. */
  rows({ sample, samples, sequences, step, steps }: Piece): { at: number; rows: number } {
    if (!this.plan.carried) return { at: sample, rows: samples };
    const all = this.plan.input[1] ?? 1;
    return { at: sample * all + step * sequences, rows: samples * steps };
  }

  *places(piece: Piece, values: Float32Array): Generator<Placed> {
    const { output, carried, lastOnly } = this.plan;
    const { sample, samples, step, nextStep } = piece;
    const perSample = output.slice(1).reduce((product, d) => product * d, 1);
    if (!carried || lastOnly) {
      if (!carried || nextStep === null) yield { index: sample * perSample, part: values };
      return;
    }
    const perStep = output.slice(2).reduce((product, d) => product * d, 1);
    const own = values.length / samples;
    for (let s = 0; s < samples; s++)
      yield { index: (sample + s) * perSample + step * perStep, part: values.subarray(s * own, (s + 1) * own) };
  }

  dispose(): void {
    if (this.current !== null) this.session.unload(this.current.model);
    this.current = null;
  }

  /** One that carries states on is of a number of sequences: the last of them may be fewer. */
  private modelFor({ sequences }: Piece): LoadedModel {
    const { current, plan } = this;
    if (current !== null && (!plan.carried || current.sequences === sequences)) return current.model;
    this.dispose();
    const model = loadLike(this.session, this.model, plan.model(sequences));
    this.current = { model, sequences };
    return model;
  }
}
