/** Host ⇄ results view, the tab Compare: two runs side by side, and how far they are apart. */
import type { BandBox } from "../band.js";
import type { Difference, DifferencePart } from "../difference.js";
import { bandBox } from "./band.js";
import { array, boolean, type Decoder, finite, literal, natural, nullable, object, string, union } from "./decode.js";
import type { DeviceKind } from "./device.js";
import { differenceOfParts, differencePartFields } from "./difference.js";
import { runView, type RunView } from "./results.js";

/** A kept run, or a file, in the list to choose from. */
export interface RunChoice {
  readonly id: string;
  readonly title: string;
  /** When and where, worded: "5 min ago · CPU". */
  readonly detail: string;
  readonly pinned: boolean;
}

/**
 * One of the two, with as many steps and states as are there; a file is a run that gave one tensor. `id` asks for its slices.
 */
export interface Side extends RunChoice {
  /** Its id among the choices. */
  readonly choice: string;
  readonly run: RunView;
}

export interface FlipChoice {
  readonly layer: number;
  readonly key: string;
  readonly text: string;
}

export interface CompareState {
  readonly type: "compare";
  /** Kept runs without the one that is shown. */
  readonly runs: readonly RunChoice[];
  /** Files that were put beside a run before. */
  readonly files: readonly RunChoice[];
  /** Devices that the shown run was not on. */
  readonly devices: readonly { readonly kind: DeviceKind; readonly name: string }[];
  readonly flips: readonly FlipChoice[];
  readonly a: Side | null;
  readonly b: Side | null;
  readonly activity:
    | { readonly phase: "none" }
    /** With a file nothing may be computed yet: it is chosen in the dialog, or read. */
    | { readonly phase: "computing"; readonly other: "run" | "file" }
    | { readonly phase: "failed"; readonly message: string };
  /** Somebody outside of the view asks to see this tab, until the view has answered. */
  readonly reveal: boolean;
}

/** A part of two tensors, by their ids in the sides' runs; 0 is the input. */
export interface MeasuredPart extends DifferencePart {
  readonly a: number;
  readonly b: number;
}

export interface Measured {
  readonly type: "measured";
  readonly requestId: number;
  /** As asked for; null: their shapes do not match. */
  readonly parts: readonly (Difference | null)[];
}

export interface MeasureFailed {
  readonly type: "measureFailed";
  readonly requestId: number;
  readonly message: string;
}

export type CompareFromHost = CompareState | Measured | MeasureFailed;

export type CompareChoice =
  | { readonly kind: "run"; readonly id: string }
  | { readonly kind: "device"; readonly device: DeviceKind }
  | { readonly kind: "flip"; readonly layer: number; readonly key: string }
  /** null: one that the person is asked for. */
  | { readonly kind: "file"; readonly id: string | null };

export interface CompareChosen {
  readonly type: "compareChosen";
  /** null: the tab is open, whatever is compared. */
  readonly choice: CompareChoice | null;
}

export interface MeasureRequested {
  readonly type: "measureRequested";
  readonly requestId: number;
  readonly a: string;
  readonly b: string;
  readonly tolerance: number;
  readonly parts: readonly MeasuredPart[];
}

/** A band of B − A of two sides, in a box of A's tensor; answered as a band of a run is. */
export interface DifferenceBandRequested {
  readonly type: "differenceBandRequested";
  readonly requestId: number;
  readonly a: string;
  readonly b: string;
  readonly part: MeasuredPart;
  readonly box: BandBox;
}

export type CompareFromView = CompareChosen | MeasureRequested | DifferenceBandRequested;

/** More layers and directions than these are not compared at once. */
export const MAX_PARTS = 256;

const deviceKind = literal("cuda", "cpu", "js");
const measuredPart = object<MeasuredPart>({ a: natural, b: natural, ...differencePartFields });

export const compareChosen: Decoder<CompareChosen> = object<CompareChosen>({
  type: literal("compareChosen"),
  choice: nullable(
    union<CompareChoice>("kind", {
      run: object<Extract<CompareChoice, { kind: "run" }>>({ kind: literal("run"), id: string }),
      device: object<Extract<CompareChoice, { kind: "device" }>>({ kind: literal("device"), device: deviceKind }),
      file: object<Extract<CompareChoice, { kind: "file" }>>({ kind: literal("file"), id: nullable(string) }),
      flip: object<Extract<CompareChoice, { kind: "flip" }>>({ kind: literal("flip"), layer: natural, key: string }),
    }),
  ),
});

export const measureRequested: Decoder<MeasureRequested> = object<MeasureRequested>({
  type: literal("measureRequested"),
  requestId: natural,
  a: string,
  b: string,
  tolerance: finite,
  parts: array(measuredPart, MAX_PARTS),
});

export const differenceBandRequested: Decoder<DifferenceBandRequested> = object<DifferenceBandRequested>({
  type: literal("differenceBandRequested"),
  requestId: natural,
  a: string,
  b: string,
  part: measuredPart,
  box: bandBox,
});

const choiceFields = { id: string, title: string, detail: string, pinned: boolean };
// Later, as the two modules need each other.
const side: Decoder<Side | null> = nullable((value) => object<Side>({ ...choiceFields, choice: string, run: runView })(value));
type Activity = CompareState["activity"];

export const compareState: Decoder<CompareState> = (value) =>
  object<CompareState>({
    type: literal("compare"),
    runs: array(object<RunChoice>(choiceFields)),
    files: array(object<RunChoice>(choiceFields)),
    devices: array(object<CompareState["devices"][number]>({ kind: deviceKind, name: string }), 8),
    flips: array(object<FlipChoice>({ layer: natural, key: string, text: string })),
    a: side,
    b: side,
    activity: union<Activity>("phase", {
      none: object<Extract<Activity, { phase: "none" }>>({ phase: literal("none") }),
      computing: object<Extract<Activity, { phase: "computing" }>>({ phase: literal("computing"), other: literal("run", "file") }),
      failed: object<Extract<Activity, { phase: "failed" }>>({ phase: literal("failed"), message: string }),
    }),
    reveal: boolean,
  })(value);

export const measured: Decoder<Measured> = object<Measured>({
  type: literal("measured"),
  requestId: natural,
  parts: array(nullable(differenceOfParts), MAX_PARTS),
});

export const measureFailed: Decoder<MeasureFailed> = object<MeasureFailed>({
  type: literal("measureFailed"),
  requestId: natural,
  message: string,
});
