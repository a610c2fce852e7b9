/** Numbers as written become the tensor that a model gets, by the reading that a person chose. */
import { failure } from "../errors.js";
import { type Message, msg } from "../messages.js";
import { err, ok, type Result } from "../result.js";
import { promote } from "../text/shape.js";
import type { SelectionNumbers } from "../text/selection.js";
import { columnNames, keptColumns } from "./columns.js";
import { type Grid, gridOf, intoWindows, takeColumns, viewOf } from "./grid.js";
import { filled, type Gaps, gapsNote, gapsOf, withGapsMasked } from "./missing.js";
import type { Reading, Target } from "./reading.js";
import { fitRows, scaled, scalingNote, scalingOf } from "./scaling.js";
import { shapeNote, shapeOf } from "./shapeOf.js";

export interface Shaped {
  /** As the model gets it. */
  readonly shape: number[];
  readonly values: Float32Array;
  /** UTF-16 offset in the text of each value, of padding that of its row; null where they are not known. */
  readonly offsets: Uint32Array | null;
  /** [B, T], where steps are left out. */
  readonly mask: Uint8Array | null;
  /** Names of the features, where the last axis is made of columns. */
  readonly columns: readonly string[] | null;
  /** How the numbers were read, the shape first. */
  readonly notes: readonly Message[];
}

/** Never throws for numbers of parseSelection. */
export function applyReading(numbers: SelectionNumbers, reading: Reading, target: Target): Result<Shaped> {
  const shape = shapeOf(numbers, reading, target);
  if (!shape.ok) return shape;
  const kept = keptColumns(numbers, reading);
  const source = kept === null ? numbers : takeColumns(numbers, kept);
  const view = viewOf(source.shape, reading, target);
  if (!view.ok) return view;
  const raw = gridOf(source, view.value);
  const gaps = gapsOf(raw);
  if (gaps.count > 0 && reading.missing === "error")
    return err(
      failure("INVALID_ARGUMENT", "Values are missing: {count}. Choose what stands for them, or leave their rows out.", {
        count: gaps.count,
      }),
    );
  if (gaps.count > 0 && reading.missing === "mask" && target === "samples")
    return err(
      failure("INVALID_ARGUMENT", "The model takes samples without a time axis: no step can be masked. Read missing values as 0."),
    );
  const done = scaledGrid(raw, reading, { gaps, ids: target === "ids" });
  if (!done.values.every(Number.isFinite))
    return err(failure("INVALID_ARGUMENT", "Scaled by these rows, values go beyond the range of float32. Fit the scale on all rows."));
  const grid = reading.window === null ? done : intoWindows(done, reading.window);
  return ok({
    shape: shape.value,
    values: grid.values,
    offsets: grid.offsets,
    mask: target === "samples" ? null : grid.mask,
    columns: namesOf(source, reading, target),
    notes: notesOf(source, { reading, target, shape: shape.value, gaps, raw, cut: kept !== null }),
  });
}

function scaledGrid(raw: Grid, reading: Reading, { gaps, ids }: { gaps: Gaps; ids: boolean }): Grid {
  const gapped = gaps.count > 0 && reading.missing === "mask" ? withGapsMasked(raw) : raw;
  const whole = gaps.count > 0 ? filled(gapped, reading.missing) : gapped;
  const scaling = scalingOf(reading, ids);
  return scaling === null ? whole : scaled(whole, gapped, scaling, fitRows(raw, reading.fitPercent));
}

/** Only where the columns of the text are the features of the tensor. */
function namesOf(source: SelectionNumbers, { axes }: Reading, target: Target): readonly string[] | null {
  const features = source.shape.length === 3 || (source.shape.length === 2 && axes === "asWritten" && target !== "ids");
  return source.columns !== null && features ? columnNames(source) : null;
}

export interface Done {
  readonly reading: Reading;
  readonly target: Target;
  readonly shape: readonly number[];
  readonly gaps: Gaps;
  readonly raw: Pick<Grid, "batch" | "steps" | "mask">;
  /** Some columns were left out. */
  readonly cut: boolean;
}

/** How numbers were read, for the notes of a run. */
export function notesOf(
  source: Pick<SelectionNumbers, "shape" | "columns" | "mask">,
  { reading, target, shape, gaps, raw, cut }: Done,
): Message[] {
  const plain = reading.axes === "asWritten" && reading.window === null;
  const usual = plain ? promote(source.shape, shape.length) : null;
  const same = source.shape.length === shape.length && source.shape.every((n, axis) => n === shape[axis]);
  const notes: (Message | null)[] = [same ? null : (usual?.note ?? shapeNote(source.shape, shape, target))];
  if (reading.axes === "swapped" && source.shape.length === 2 && target === "sequences")
    notes.push(msg("Columns are time steps, rows are features."));
  if (cut) notes.push(msg("Columns read: {columns}.", { columns: columnNames(source).slice(0, 8).join(", ") }));
  if (source.mask !== null) {
    notes.push(
      raw.mask === null || target === "samples"
        ? msg("Rows of different lengths: zeros stand for what is not there.")
        : msg("Rows of different lengths: padded with zeros, and masked."),
    );
  }
  notes.push(gapsNote(gaps, reading.missing));
  const scaling = scalingOf(reading, target === "ids");
  if (scaling !== null) notes.push(scalingNote(scaling, fitRows(raw, reading.fitPercent)));
  if (reading.window !== null)
    notes.push(
      msg("Windows of {length} time steps, each {stride} behind the one before.", {
        length: reading.window.length,
        stride: reading.window.stride,
      }),
    );
  return notes.filter((note) => note !== null);
}
