/** Host ⇄ designer view. The host sends state, the view sends intents; a reloaded view needs only `ready`. */
import type { ModelEdit } from "../model/edit.js";
import { MEMORY_DEFAULT_BYTES } from "../model/limits.js";
import type { OptionValue } from "../model/options.js";
import type { LayerClass } from "../model/spec.js";
import { anyObject, array, boolean, type Decoder, finite, integer, literal, natural, nullable, object, string, union } from "./decode.js";
import type { DeviceChoice, DeviceView } from "./device.js";

export type DesignerFromHost = DesignerInit | DesignerState;

/** First answer to `ready`: words and language. */
export interface DesignerInit {
  readonly type: "init";
  readonly locale: string;
  /** Translations by English template; empty for English. */
  readonly strings: Readonly<Record<string, string>>;
}

/** The data that Run takes. */
export interface DataView {
  /** For people: "tutorial.py, lines 4–7". */
  readonly label: string;
  /** As written, e.g. [4, 5]. */
  readonly shape: readonly number[];
  /** As the model gets it, e.g. [1, 4, 5]. */
  readonly tensor: readonly number[];
}

/** A button under a note; `id` comes back in `actionChosen`. Texts are worded by the host. */
export interface NoteAction {
  readonly id: string;
  readonly label: string;
}

export type RunState =
  | { readonly phase: "idle" }
  /** `done` of `total` time steps over all layers; layer and step for people, from 1. */
  | { readonly phase: "running"; readonly done: number; readonly total: number; readonly layer: number; readonly layers: number }
  | {
      readonly phase: "done";
      readonly outputShape: readonly number[];
      readonly ms: number;
      readonly warning: string | null;
      readonly actions: readonly NoteAction[];
    }
  | { readonly phase: "failed"; readonly message: string; readonly actions: readonly NoteAction[] };

export interface DesignerState {
  readonly type: "state";
  /** A Keras Sequential config; null: no model yet. Read with `readModel`. */
  readonly model: Readonly<Record<string, unknown>> | null;
  /**
   * Where the model lives; `problem` where its text cannot be read (the model is then the last good one), and `line`, from 1, where that is
   * known.
   */
  readonly document: {
    readonly kind: "scratch" | "file";
    readonly name: string;
    readonly problem: string | null;
    readonly line?: number | null;
  };
  readonly data: DataView | null;
  readonly device: DeviceView;
  readonly run: RunState;
  readonly trusted: boolean;
  /** What the host can do now; the view offers nothing else. Left out: everything but `python` and `export`. */
  readonly commands?: readonly DesignerCommand[];
  /** Bytes that a run may take. Left out: the setting's default. */
  readonly memoryLimit?: number;
}

export type DesignerFromView =
  | { readonly type: "ready" }
  | { readonly type: "editModel"; readonly edit: ModelEdit }
  | { readonly type: "undo" }
  | { readonly type: "redo" }
  | { readonly type: "runRequested" }
  | { readonly type: "cancelRequested" }
  | { readonly type: "deviceChosen"; readonly device: DeviceChoice }
  | { readonly type: "actionChosen"; readonly id: string }
  /** tutorial, blank: starts; python, open: file pickers; text, export, saveAs, showResults, selection: what the buttons say. */
  | { readonly type: "command"; readonly id: DesignerCommand };

export const designerCommands = [
  "tutorial",
  "blank",
  "python",
  "open",
  "text",
  "export",
  "saveAs",
  "showResults",
  "selection",
  "goToProblem",
] as const;
export type DesignerCommand = (typeof designerCommands)[number];

const index = natural;
const className = string as Decoder<LayerClass>;
const option: Decoder<OptionValue> = (value) =>
  value === null ? null : (string(value) ?? finite(value) ?? boolean(value) ?? array(integer, 8)(value));

const edit: Decoder<ModelEdit> = union<ModelEdit>("op", {
  rename: object<Extract<ModelEdit, { op: "rename" }>>({ op: literal("rename"), name: string }),
  preset: object<Extract<ModelEdit, { op: "preset" }>>({ op: literal("preset"), id: string }),
  setInput: object<Extract<ModelEdit, { op: "setInput" }>>({ op: literal("setInput"), shape: array(nullable(natural), 8) }),
  setSeed: object<Extract<ModelEdit, { op: "setSeed" }>>({ op: literal("setSeed"), seed: nullable(integer) }),
  add: object<Extract<ModelEdit, { op: "add" }>>({ op: literal("add"), index, className }),
  remove: object<Extract<ModelEdit, { op: "remove" }>>({ op: literal("remove"), index }),
  duplicate: object<Extract<ModelEdit, { op: "duplicate" }>>({ op: literal("duplicate"), index }),
  move: object<Extract<ModelEdit, { op: "move" }>>({ op: literal("move"), from: index, to: index }),
  setType: object<Extract<ModelEdit, { op: "setType" }>>({ op: literal("setType"), index, className }),
  setOption: object<Extract<ModelEdit, { op: "setOption" }>>({ op: literal("setOption"), index, key: string, value: option }),
  setDisabled: object<Extract<ModelEdit, { op: "setDisabled" }>>({ op: literal("setDisabled"), index, disabled: boolean }),
  addCell: object<Extract<ModelEdit, { op: "addCell" }>>({ op: literal("addCell"), index }),
  removeCell: object<Extract<ModelEdit, { op: "removeCell" }>>({ op: literal("removeCell"), index, cell: index }),
  wrap: object<Extract<ModelEdit, { op: "wrap" }>>({ op: literal("wrap"), index }),
  unwrap: object<Extract<ModelEdit, { op: "unwrap" }>>({ op: literal("unwrap"), index }),
});

/** Decodes a message from the view; undefined: dropped and logged. */
export const decodeDesignerFromView: Decoder<DesignerFromView> = union<DesignerFromView>("type", {
  ready: object<{ type: "ready" }>({ type: literal("ready") }),
  undo: object<{ type: "undo" }>({ type: literal("undo") }),
  redo: object<{ type: "redo" }>({ type: literal("redo") }),
  runRequested: object<{ type: "runRequested" }>({ type: literal("runRequested") }),
  cancelRequested: object<{ type: "cancelRequested" }>({ type: literal("cancelRequested") }),
  editModel: object<{ type: "editModel"; edit: ModelEdit }>({ type: literal("editModel"), edit }),
  deviceChosen: object<{ type: "deviceChosen"; device: DeviceChoice }>({
    type: literal("deviceChosen"),
    device: literal("auto", "cuda", "cpu", "js"),
  }),
  actionChosen: object<{ type: "actionChosen"; id: string }>({ type: literal("actionChosen"), id: string }),
  command: object<{ type: "command"; id: DesignerCommand }>({ type: literal("command"), id: literal(...designerCommands) }),
});

const defaultCommands: readonly DesignerCommand[] = designerCommands.filter((id) => id !== "python" && id !== "export");
const listedCommands = array(literal(...designerCommands), designerCommands.length);
const commands: Decoder<readonly DesignerCommand[]> = (value) => (value === undefined ? defaultCommands : listedCommands(value));

const line: Decoder<number | null> = (value) => (value === undefined ? null : nullable(natural)(value));
const memoryLimit: Decoder<number> = (value) => (value === undefined ? MEMORY_DEFAULT_BYTES : natural(value));

const numbers = array(finite, 64);
const actions = array(object<NoteAction>({ id: string, label: string }), 8);

const runState: Decoder<RunState> = union<RunState>("phase", {
  idle: object<Extract<RunState, { phase: "idle" }>>({ phase: literal("idle") }),
  running: object<Extract<RunState, { phase: "running" }>>({
    phase: literal("running"),
    done: finite,
    total: finite,
    layer: natural,
    layers: natural,
  }),
  done: object<Extract<RunState, { phase: "done" }>>({
    phase: literal("done"),
    outputShape: numbers,
    ms: finite,
    warning: nullable(string),
    actions,
  }),
  failed: object<Extract<RunState, { phase: "failed" }>>({ phase: literal("failed"), message: string, actions }),
});

export const deviceView: Decoder<DeviceView> = object<DeviceView>({
  chosen: literal("auto", "cuda", "cpu", "js"),
  used: nullable(literal("cuda", "cpu", "js")),
  name: string,
  reason: nullable(string),
  brief: nullable(string),
  options: array(
    object<DeviceView["options"][number]>({
      kind: literal("cuda", "cpu", "js"),
      name: string,
      available: boolean,
      reason: nullable(string),
      brief: nullable(string),
    }),
    8,
  ),
});

const strings: Decoder<Readonly<Record<string, string>>> = (value) => {
  const entries = anyObject(value);
  return entries !== undefined && Object.values(entries).every((entry) => typeof entry === "string")
    ? (entries as Record<string, string>)
    : undefined;
};

export const initMessage = object<DesignerInit>({ type: literal("init"), locale: string, strings });

/** Decodes a message from the host. */
export const decodeDesignerFromHost: Decoder<DesignerFromHost> = union<DesignerFromHost>("type", {
  init: initMessage,
  state: object<DesignerState>({
    type: literal("state"),
    model: nullable(anyObject),
    document: object<DesignerState["document"]>({ kind: literal("scratch", "file"), name: string, problem: nullable(string), line }),
    data: nullable(object<DataView>({ label: string, shape: numbers, tensor: numbers })),
    device: deviceView,
    run: runState,
    trusted: boolean,
    commands,
    memoryLimit,
  }),
});
