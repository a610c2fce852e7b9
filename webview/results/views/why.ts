/** Why a tensor has its shape: the rule with the numbers of this run. */
import type { Why } from "../../../extension/core/model/why.js";
import { whyShape } from "../../../extension/core/model/why.js";
import type { TensorView } from "../../../extension/core/protocol/results.js";
import { t } from "../../shared/l10n.js";
import { isReversed, type Outputs, partOf } from "../outputs.js";

export interface Reason {
  readonly sentence: string;
  readonly why: Why | null;
  readonly notes: readonly string[];
}

export function reasonOf(outputs: Outputs, tensor: TensorView): Reason {
  const { role } = partOf(tensor);
  const spec = outputs.layers.find((layer) => layer.index === tensor.layer)?.spec ?? null;
  const [batch = 1, second = 1] = tensor.shape;
  const units = tensor.shape.at(-1) ?? 1;
  const plain = (sentence: string): Reason => ({ sentence, why: null, notes: [] });
  switch (role) {
    case "input":
      return { sentence: inputSentence(outputs, tensor), why: null, notes: outputs.run.notes.slice(0, 8) };
    case "last":
      return plain(
        tensor.returned
          ? t("The state after the last step taken: batch {batch}, units {units}. Keras returns it because of return_state=True.", {
              batch,
              units,
            })
          : t(
              "The state after the last step taken: batch {batch}, units {units}. Keras returns it only with return_state=True; Unroll keeps it anyway.",
              { batch, units },
            ),
      );
    case "gate":
      return plain(
        t("One gate value for each of {units} units at each of {time} steps.", { units, time: second }) + reversedNote(outputs, tensor),
      );
    case "every":
      return plain(
        t("The state after each of {time} steps, {units} units: one direction before it is merged or cut to its last step.", {
          units,
          time: second,
        }) + reversedNote(outputs, tensor),
      );
    case "output":
      return {
        sentence: spec !== null && isReversed(tensor, spec) ? reversedNote(outputs, tensor).trim() : "",
        why: outputWhy(outputs, tensor),
        notes: [],
      };
  }
}

function reversedNote(outputs: Outputs, tensor: TensorView): string {
  const spec = outputs.layers.find((layer) => layer.index === tensor.layer)?.spec ?? null;
  return isReversed(tensor, spec) ? ` ${t("Its steps stand in the order in which they are taken: the last one first.")}` : "";
}

/** The literal's rows and columns, and what became of them. */
function inputSentence(outputs: Outputs, tensor: TensorView): string {
  const source = outputs.run.sourceShape;
  const { shape } = tensor;
  if (source.length === 2 && shape.length === 3 && shape[0] === 1 && shape[1] === source[0] && shape[2] === source[1]) {
    return t(
      "The literal has {rows} rows of {columns} numbers. A recurrent layer wants (batch, time, features), so it became 1 sequence: rows are time steps, columns are features.",
      {
        rows: source[0] ?? 0,
        columns: source[1] ?? 0,
      },
    );
  }
  if (source.length === 1 && shape.length === 3 && shape[1] === source[0]) {
    return t(
      "The literal has {n} numbers. A recurrent layer wants (batch, time, features), so it became 1 sequence of {n} time steps with 1 feature.",
      { n: source[0] ?? 0 },
    );
  }
  const [batch, time, features] = shape;
  if (shape.length === 3 && batch === 1)
    return t("1 sequence of {time} time steps with {features} features.", { time: time ?? 0, features: features ?? 0 });
  if (shape.length === 3)
    return t("{batch} sequences of {time} time steps with {features} features.", {
      batch: batch ?? 0,
      time: time ?? 0,
      features: features ?? 0,
    });
  return "";
}

/** The rule of the layer with this run's sizes in place of None. */
function outputWhy(outputs: Outputs, tensor: TensorView): Why | null {
  const { model, input } = outputs;
  if (model === null) return null;
  const bound = input === null ? model : { ...model, input: [null, ...input.shape.slice(1)] };
  const why = whyShape(bound, tensor.layer);
  const sizeOf = (axis: string): string | null => {
    const at = tensor.axes.findIndex(
      (name) => name === axis || (axis === "features" && name === "units") || (axis === "units" && name === "features"),
    );
    return at < 0 ? null : String(tensor.shape[at] ?? "");
  };
  return { ...why, rows: why.rows.map((row) => (row.size === "–" ? row : { ...row, size: sizeOf(row.axis) ?? row.size })) };
}
