/** A side of Compare: a run with as many steps as are there, and where its values are read. */
import { lower } from "../core/model/lower.js";
import { withInput } from "../core/model/input.js";
import { sizeOf, tensorPlan } from "../core/model/tensors.js";
import type { RunChoice, Side } from "../core/protocol/compare.js";
import { type RunData, type RunRecord, runView } from "./run/records.js";
import type { Place, RunValues } from "./run/runValues.js";

/** Steps and gates of a run that are computed for a comparison; of a larger one only what its layers return is compared. */
const MOST_TRACED_BYTES = 256 * 2 ** 20;

export interface Placed {
  readonly side: Side;
  /** Id of the run. */
  readonly record: string;
  /** Tensor 0 of the side, which the host itself holds. */
  readonly input: RunData;
  /** Asks about the others, wherever they are by then: tensor k of the side is the place's k − 1. */
  at<T>(ask: (place: Place) => Promise<T>): Promise<T>;
}

/** The run's values are computed where the engine does not have them. @throws UnrollError */
export async function placeRun(values: RunValues, record: RunRecord, choice: RunChoice): Promise<Placed> {
  const capture = tracedBytes(record) <= MOST_TRACED_BYTES ? 2 : 1;
  const at: Placed["at"] = (ask) => values.at(record, capture, ask);
  const tensors = await at((place) => Promise.resolve(place.tensors));
  const run = { ...runView({ ...record, tensors }), id: `compare ${record.id}` };
  return { side: { ...choice, id: run.id, run }, record: record.id, input: record.data, at };
}

function tracedBytes({ model, data }: RunRecord): number {
  const program = lower(withInput(model, data.shape));
  return tensorPlan(program, data.shape, 2).reduce((sum, tensor) => sum + 4 * sizeOf(tensor.shape), 0);
}
