/** What every view gets: the state, what the run gave, slices on demand, and the way to act. */
import type { Numbers } from "../../extension/core/formats/dtype.js";
import type { Target } from "../../extension/core/code/write/code.js";
import type { BandValues } from "../../extension/core/band.js";
import type { ResultsCommand } from "../../extension/core/protocol/results.js";
import type { Question } from "../../extension/core/protocol/questions.js";
import type { Asked } from "./answers.js";
import type { Palette } from "./colour.js";
import type { CompareClient } from "./compare/client.js";
import type { CopyFormat } from "./copy.js";
import type { Outputs } from "./outputs.js";
import type { Found } from "./requestCache.js";
import type { BandQuery, Box, Slice } from "./slices.js";
import type { Action, Choices, State } from "./state.js";

export interface Actions {
  dispatch(action: Action): void;
  choose(choices: Partial<Choices>): void;
  command(id: ResultsCommand): void;
  action(id: string): void;
  cancel(): void;
  /** Copies a tensor, or the slice that is shown of it, as soon as its values are here. */
  copyTensor(tensor: number, format: CopyFormat): void;
  /** `by` is the id of the button, which shows that it was done. */
  copyText(text: string, by: string): void;
  say(text: string): void;
  /** Asks again for the slices, and the answers, that failed. */
  retry(): void;
  /** Saves a whole tensor, however large, as npy; null: it is in a file already. */
  readonly saveTensor: ((tensor: number) => void) | null;
  /** Opens the model as code in an editor. */
  openCode(target: Target): void;
  /** Ends what is computed of the kind. */
  stop(about: Question["about"]): void;
  /** Lights up a number of the input in the editor, counted over all values; null: none any more. */
  point(index: number | null, reveal?: boolean): void;
}

export interface View extends Actions {
  readonly state: State;
  readonly palette: Palette;
  readonly compare: CompareClient;
  slice(box: Box): Slice;
  band(query: BandQuery): Found<BandValues>;
  /** An answer of the host, asked for when it is first wanted. */
  ask(question: Question): Asked;
}

/** A view of a run. */
export interface RunContext extends View {
  readonly outputs: Outputs;
}

/** What shows values, but not the values. */
export type Around = Omit<RunContext, "slice">;

/** A view of values of any type: those of files have more digits than a run's. */
export interface NumbersContext extends Around {
  slice(box: Box): Found<Numbers>;
}
