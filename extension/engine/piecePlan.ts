/** Decides how data are cut for a model: by samples, or along time where one sample is too long and its states can be carried on. */
import { UnrollError, failure } from "../core/errors.js";
import { samplesModel, stepsModel } from "../core/pieces/carrying.js";
import { type Piece, plainPieces, samplePieces, windowPieces } from "../core/pieces/pieces.js";
import type { PieceReader } from "../core/pieces/pieceReader.js";
import type { PieceSource } from "../core/pieces/pieceSource.js";
import { fitReading, targetOf } from "../core/reading/fit.js";
import { MAX_NUMBERS } from "../core/reading/grid.js";
import type { Reading, Target } from "../core/reading/reading.js";
import { layerLabel } from "../core/model/shapes.js";
import type { ModelSpec } from "../core/model/spec.js";
import { sizeOf, tensorPlan } from "../core/model/tensors.js";
import type { LoadedModel } from "./loadedModel.js";
import { MOST_NUMBERS, samplesAtOnce, type SizeLimits, stepsAtOnce, tooLarge, type Wanted } from "./pieceSizes.js";
import type { Session } from "./session.js";

export interface PiecePlan {
  /** What computes pieces of so many sequences. */
  readonly model: (sequences: number) => ModelSpec;
  /** Shapes of all data and of the whole result. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** Sequences are cut along time: their states go from piece to piece. */
  readonly carried: boolean;
  /** Of a carried one, only the last piece's result counts. */
  readonly lastOnly: boolean;
  /** Samples, or where they are cut, their time steps: what progress counts. */
  readonly rows: number;
  readonly pieces: () => Generator<Piece>;
}

export interface PlanOrder {
  readonly source: PieceSource;
  readonly reader: PieceReader;
  readonly reading: Reading;
  readonly mostNumbers: number | undefined;
}

/** @throws UnrollError where the data do not fit the model, or no piece of them fits into memory */
export function planPieces(session: Session, model: LoadedModel, order: PlanOrder): PiecePlan {
  const { source, reader, reading, mostNumbers } = order;
  const fitted = fitReading(model.spec, { shape: [...source.shape], columns: source.columns, inPieces: true }, reading);
  if (!fitted.ok) throw new UnrollError(fitted.error);
  const input = fitted.value.shape;
  const spec = samplesModel(model.spec);
  const limits: SizeLimits = { limitBytes: (bytes) => session.limitBytes(bytes), mostNumbers };
  const probe = loadLike(session, model, spec);
  try {
    const output = outputOf(probe, input);
    const target = targetOf(model.spec, source.shape);
    const wanted = wantedOf(input, target);
    const whole = { model: () => spec, input, output, carried: false, lastOnly: false, rows: wanted.samples };
    const samples = samplesAtOnce(probe, wanted, limits, false);
    if (samples > 0)
      return { ...whole, pieces: () => piecesOf(reader, { reading, target, steps: stepsRead(reader, reading, limits) }, samples) };
    const cut = target === "samples" || reading.window !== null ? null : stepsModel(model.spec, input);
    if (cut?.ok === true) {
      const { model: carrying, lastOnly } = cut.value;
      const parts = sizesAlong(session, model, carrying(1), { wanted, limits });
      const rows = wanted.samples * wanted.steps;
      return { model: carrying, input, output, carried: true, lastOnly, rows, pieces: () => plainPieces(reader.sizes, parts) };
    }
    // One that is long is still computed as a whole, where memory is there for it.
    if (samplesAtOnce(probe, { ...wanted, samples: 1 }, limits, true) > 0)
      return { ...whole, pieces: () => piecesOf(reader, { reading, target, steps: 1 }, 1) };
    throw new UnrollError(cut?.error ?? tooLarge(probe, wanted.shapeOf(1, wanted.steps), limits));
  } finally {
    session.unload(probe);
  }
}

/** The same weights, with other options: its own are given, or drawn alike from the seed. */
export function loadLike(session: Session, model: LoadedModel, spec: ModelSpec): LoadedModel {
  const { weights, seed } = model.source();
  return session.load(spec, weights, seed, model.backend.device.kind);
}

function sizesAlong(
  session: Session,
  model: LoadedModel,
  spec: ModelSpec,
  { wanted, limits }: { wanted: Wanted; limits: SizeLimits },
): { samples: number; steps: number } {
  const probe = loadLike(session, model, spec);
  try {
    return stepsAtOnce(probe, wanted, limits);
  } finally {
    session.unload(probe);
  }
}

interface Cut {
  readonly reading: Reading;
  readonly target: Target;
  /** That are read at once for windows. */
  readonly steps: number;
}

function piecesOf({ sizes }: PieceReader, { reading, target, steps }: Cut, samples: number): Generator<Piece> {
  if (target === "samples") return samplePieces(sizes, samples);
  if (reading.window !== null) return windowPieces(sizes, reading.window, { samples, steps });
  return plainPieces(sizes, { samples, steps: sizes[1] });
}

/** Windows that lie far apart are few, but what lies between them is read. @throws UnrollError */
function stepsRead({ sizes }: PieceReader, { window }: Reading, { mostNumbers = MOST_NUMBERS }: SizeLimits): number {
  const [, , features] = sizes;
  const stride = window?.stride ?? 1;
  if (stride * features > MAX_NUMBERS) {
    const args = { stride, size: stride * features, limit: MAX_NUMBERS };
    throw new UnrollError(
      failure(
        "TOO_LARGE",
        "From window to window, {stride} time steps, there are {size} numbers; the limit is {limit}. Take a smaller stride.",
        args,
      ),
    );
  }
  return Math.floor(mostNumbers / features);
}

function wantedOf([samples = 1, ...rest]: readonly number[], target: Target): Wanted {
  if (target === "samples") return { samples, steps: 1, shapeOf: (n) => [n, ...rest] };
  const [steps = 1, ...features] = rest;
  return { samples, steps, shapeOf: (n, t) => [n, t, ...features] };
}

/** @throws UnrollError where the model returns more than one tensor of values */
function outputOf(model: LoadedModel, input: readonly number[]): readonly number[] {
  const { program } = model.boundTo(input);
  const last = program.length - 1;
  const outputs = tensorPlan(program, input, 0).filter(({ layer, role }) => layer === last && role === "output");
  const [only] = outputs;
  const layer = model.spec.layers[last];
  if (only === undefined || outputs.length > 1)
    throw new UnrollError(
      failure("UNSUPPORTED", "{layer} returns two tensors (merge_mode null), and a file has one. Choose another merge_mode.", {
        layer: layer === undefined ? "" : layerLabel(layer),
      }),
    );
  if (!Number.isSafeInteger(4 * sizeOf(only.shape)))
    throw new UnrollError(failure("TOO_LARGE", "The result would have {shape} numbers.", { shape: `(${only.shape.join(", ")})` }));
  return only.shape;
}
