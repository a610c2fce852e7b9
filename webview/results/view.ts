/** What every view gets: the state, what the run gave, slices on demand, and the way to act. */
import type { ResultsCommand } from "../../extension/core/protocol/results.js";
import type { Palette } from "./colour.js";
import type { CompareClient } from "./compare/client.js";
import type { CopyFormat } from "./copy.js";
import type { Outputs } from "./outputs.js";
import type { Box, Slice } from "./slices.js";
import type { Action, Choices, State } from "./state.js";

export interface Actions {
  dispatch(action: Action): void;
  choose(choices: Partial<Choices>): void;
  command(id: ResultsCommand): void;
  action(id: string): void;
  cancel(): void;
  /** Copies a whole tensor, as soon as its values are here. */
  copyTensor(tensor: number, format: CopyFormat): void;
  /** `by` is the id of the button, which shows that it was done. */
  copyText(text: string, by: string): void;
  say(text: string): void;
  /** Asks again for the slices that failed. */
  retry(): void;
}

export interface View extends Actions {
  readonly state: State;
  readonly palette: Palette;
  readonly compare: CompareClient;
  slice(box: Box): Slice;
}

/** A view of a run. */
export interface RunContext extends View {
  readonly outputs: Outputs;
}
