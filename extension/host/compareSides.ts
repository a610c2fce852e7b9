/** A side of Compare: a run with as many steps as are there, or a file; and where its values are read. */
import { randomUUID } from "node:crypto";
import { lower } from "../core/model/lower.js";
import { withInput } from "../core/model/input.js";
import { sizeOf, tensorPlan } from "../core/model/tensors.js";
import type { RunChoice, Side } from "../core/protocol/compare.js";
import { statsOf } from "../core/slice.js";
import type { OpenedFile } from "./compareFiles.js";
import { type RunData, type RunRecord, runView } from "./run/records.js";
import type { Place, RunValues } from "./run/runValues.js";

/** Steps and gates of a run that are computed for a comparison; of a larger one only what its layers return is compared. */
const MOST_TRACED_BYTES = 256 * 2 ** 20;

export interface Placed {
  readonly side: Side;
  /** Tensor 0 of the side, which the host itself holds; null: it has none. */
  readonly input: RunData | null;
  /** Asks about the others, wherever they are by then: tensor k of the side is the place's k − 1. */
  at<T>(ask: (place: Place) => Promise<T>): Promise<T>;
  /** It is no side any more. */
  release(): void;
}

/** The run's values are computed where the engine does not have them. @throws UnrollError */
export async function placeRun(values: RunValues, record: RunRecord, choice: RunChoice): Promise<Placed> {
  const capture = tracedBytes(record) <= MOST_TRACED_BYTES ? 2 : 1;
  const at: Placed["at"] = (ask) => values.at(record, capture, ask);
  const tensors = await at((place) => Promise.resolve(place.tensors));
  const run = { ...runView({ ...record, tensors }), id: `compare ${record.id}` };
  return { side: { ...choice, choice: choice.id, id: run.id, run }, input: record.data, at, release: () => undefined };
}

/** The file as what the run gave for the tensor whose shape it has; and the run with that tensor alone. @throws UnrollError */
export async function placeFile(
  values: RunValues,
  run: Placed,
  { tensor, of }: OpenedFile,
  choice: RunChoice,
): Promise<{ run: Placed; file: Placed }> {
  const { at, release } = await values.hold(tensor);
  const stats = statsOf(tensor.data);
  const tensors = [{ ...of, stats, health: null }];
  const { run: view } = run.side;
  const own = view.tensors.filter(({ layer, name }) => layer === of.layer && name === of.name);
  const given = own.map((entry) => ({ ...entry, ...stats, id: 1, health: null }));
  // The same file may hold other numbers by the next time.
  const id = `compare ${randomUUID()}`;
  return {
    run: { ...run, side: { ...run.side, run: { ...view, tensors: own } } },
    file: {
      side: { ...choice, choice: choice.id, id, run: { ...view, id, tensors: given } },
      input: null,
      at: (ask) => at((resultId) => ask({ resultId, tensors })),
      release,
    },
  };
}

function tracedBytes({ model, data }: RunRecord): number {
  const program = lower(withInput(model, data.shape));
  return tensorPlan(program, data.shape, 2).reduce((sum, tensor) => sum + 4 * sizeOf(tensor.shape), 0);
}
