/** A number of a recurrent layer: which direction or cell, which step, computed there or held over a masked one. */
import { programDirections, programPrefix, type ProgramBidirectional, type ProgramRecurrent } from "../model/program.js";
import { cellValues, type CellStep, gateActivation, gateKeys, gateTerms } from "./cell.js";
import { ledgerOf } from "./ledger.js";
import { inputPlace, isReversed, type RecurrentLayer, rowOf, type TraceTask } from "./task.js";
import type { CellTrace, HeldTrace, MergeTrace, Quantity, Trace, TraceAddress, TraceInput, TraceQuestion } from "./trace.js";

type Task = TraceTask<RecurrentLayer>;

/** One direction, or cell, of the layer, and the step as it counts them. */
interface Part {
  readonly task: Task;
  readonly at: TraceAddress;
  readonly direction: ProgramRecurrent;
  readonly prefix: string;
  readonly timesteps: number;
  readonly reversed: boolean;
  /** How many steps it took before this one. */
  readonly taken: number;
}

export function traceRecurrent(task: Task): Trace {
  const { layer, question } = task;
  if (question.quantity !== "output") return tracePart(partOf(task, question));
  if (layer.kind === "bidirectional" && layer.mergeMode !== null && layer.mergeMode !== "concat") return traceMerge(task, layer);
  return tracePart(partOf(task, ownOutput(layer, question)));
}

/** An output that is one direction's, or the last cell's. */
function ownOutput(layer: RecurrentLayer, address: TraceQuestion): TraceAddress {
  const { unit } = address;
  if (layer.kind === "stack") return { ...address, part: layer.cells.length - 1 };
  if (layer.kind !== "bidirectional") return { ...address, part: 0 };
  const { units } = layer.forward;
  if (layer.mergeMode === null || address.part === 1 || unit < units) return address;
  return { ...address, part: 1, unit: unit - units };
}

function partOf(task: Task, asked: TraceAddress): Part {
  const { layer, x } = task;
  const { row, unit, part, quantity } = asked;
  const direction = programDirections(layer)[part] as ProgramRecurrent;
  const timesteps = x.shape[1] as number;
  const reversed = isReversed(layer, part);
  // Without return_sequences the output is that of the last step taken.
  const last = quantity === "output" && !direction.returnSequences;
  const step = last ? (reversed ? 0 : timesteps - 1) : asked.step;
  return {
    task,
    at: { layer: asked.layer, row, unit, part, step, quantity },
    direction,
    prefix: programPrefix(layer, part),
    timesteps,
    reversed,
    taken: reversed ? timesteps - 1 - step : step,
  };
}

function tracePart(part: Part): HeldTrace | CellTrace {
  return counts(part, part.taken) ? traceStep(part) : traceHeld(part);
}

const timeOf = ({ reversed, timesteps }: Part, taken: number): number => (reversed ? timesteps - 1 - taken : taken);

function counts(part: Part, taken: number): boolean {
  const { mask } = part.task;
  return mask === null || mask[timeOf(part, taken)] !== 0;
}

/** A state after so many steps; before the first, the start state. */
function stateAfter({ task, at, direction, prefix }: Part, name: "h" | "c", steps: number): ArrayLike<number> {
  if (steps === 0) return task.initial?.[at.part]?.[name] ?? new Float64Array(direction.units);
  return rowOf(task.captured.get(`${prefix}states/${name}`) as ArrayLike<number>, steps - 1, direction.units);
}

/** What the device has for a state or gate at the step. */
function engineValue(part: Part, quantity: Quantity): number {
  const { task, at, direction, prefix, taken } = part;
  const name = quantity === "h" ? "states/h" : quantity === "c" ? "states/c" : `gates/${quantity}`;
  return task.captured.get(prefix + name)?.[taken * direction.units + at.unit] ?? NaN;
}

function traceHeld(part: Part): HeldTrace {
  const { task, at, direction, taken } = part;
  let last = taken;
  while (last >= 0 && !counts(part, last)) last--;
  const from = last < 0 ? null : timeOf(part, last);
  const input = inputPlace(task, at.step);
  const about = { kind: "held", at, input, from } as const;
  if (at.quantity === "output") {
    // Before the first step that counts the output is 0, whatever the start state is.
    const zero = direction.zeroOutputForMask || from === null;
    const value = zero ? 0 : (stateAfter(part, "h", last + 1)[at.unit] as number);
    return { ...about, how: zero ? "zero" : "carried", value, engine: storedOutput(part) };
  }
  const engine = engineValue(part, at.quantity);
  if (at.quantity !== "h" && at.quantity !== "c") return { ...about, how: "shut", value: 0, engine };
  return { ...about, how: "carried", value: stateAfter(part, at.quantity, last + 1)[at.unit] as number, engine };
}

/** The layer's own output where it is this part's; what is merged of both has a trace of its own. */
function storedOutput({ task, at, direction, taken }: Part): number {
  const { layer, captured } = task;
  const split = captured.get(`${at.part === 0 ? "forward" : "backward"}/output`);
  const output = split ?? (captured.get("output") as ArrayLike<number>);
  // A Bidirectional's outputs stand in the order of its input; others as the steps were taken.
  const step = !direction.returnSequences ? 0 : layer.kind === "bidirectional" ? at.step : taken;
  const side = layer.kind === "bidirectional" && split === undefined && layer.mergeMode === "concat";
  const width = side ? layer.forward.units + layer.backward.units : direction.units;
  return output[step * width + (side && at.part === 1 ? layer.forward.units : 0) + at.unit] as number;
}

function traceStep(part: Part): CellTrace {
  const { task, at, direction, taken } = part;
  const { layer } = task;
  const { x, input } = readBy(part);
  const hBefore = stateAfter(part, "h", taken);
  const c = direction.kind === "lstm" ? stateAfter(part, "c", taken) : null;
  const step: CellStep = { layer: direction, weights: weightsOf(layer, task.weights, at.part), x, h: hBefore, c };
  const values = cellValues(step, at.unit);
  const gates = values.gates.map((gate) => ({ ...gate, engine: engineValue(part, gate.key) }));
  const keys = gateKeys(direction);
  const wanted = task.question.gate ?? at.quantity;
  const gate = keys.includes(wanted) ? wanted : (keys[0] as Quantity);
  const sum = {
    gate,
    terms: gateTerms(step, gate, at.unit),
    activation: gateActivation(direction, gate),
    value: gates.find(({ key }) => key === gate)?.value as number,
  };
  const own = at.quantity === "c" ? values.c?.value : gates.find(({ key }) => key === at.quantity)?.value;
  return {
    kind: "cell",
    at,
    value: own ?? values.h,
    engine: at.quantity === "output" ? storedOutput(part) : engineValue(part, at.quantity),
    input,
    cell: direction.kind,
    activation: direction.activation,
    resetAfter: direction.resetAfter,
    gates,
    hBefore: hBefore[at.unit] as number,
    h: values.h,
    c: values.c,
    stepBefore: taken === 0 ? null : timeOf(part, taken - 1),
    ledger: ledgerOf(sum, task.question),
  };
}

/** A cell of a stack reads the one before it, all others the layer's input. */
function readBy({ task, at, taken }: Part): { readonly x: Float64Array; readonly input: TraceInput } {
  const { layer, x } = task;
  if (layer.kind === "stack" && at.part > 0) {
    const states = task.captured.get(`cells/${at.part - 1}/states/h`) as ArrayLike<number>;
    const units = (layer.cells[at.part - 1] as ProgramRecurrent).units;
    return { x: rowOf(states, taken, units), input: { layer: at.layer, part: at.part - 1, step: at.step, quantity: "h" } };
  }
  return { x: rowOf(x.data, at.step, x.shape[2] as number), input: inputPlace(task, at.step) };
}

function weightsOf(layer: RecurrentLayer, weights: readonly ArrayLike<number>[], part: number): CellStep["weights"] {
  const counted = programDirections(layer).map(({ useBias }) => (useBias ? 3 : 2));
  const first = counted.slice(0, part).reduce((sum, count) => sum + count, 0);
  const [kernel, recurrent, bias] = weights.slice(first, first + (counted[part] as number));
  return { kernel: kernel as ArrayLike<number>, recurrent: recurrent as ArrayLike<number>, bias: bias ?? null };
}

/** Each direction's own output at the step, joined. */
function traceMerge(task: Task, layer: ProgramBidirectional): MergeTrace {
  const { question } = task;
  const mode = layer.mergeMode as MergeTrace["mode"];
  const { row, unit, quantity } = question;
  const sides = [0, 1].map((part) => {
    const one = partOf(task, { ...question, part });
    return { step: one.at.step, value: tracePart(one).value };
  }) as [{ step: number; value: number }, { step: number; value: number }];
  const [forward, backward] = sides;
  const joined = mode === "mul" ? forward.value * backward.value : forward.value + backward.value;
  const step = layer.forward.returnSequences ? question.step : 0;
  return {
    kind: "merge",
    at: { layer: question.layer, part: 0, row, step: question.step, unit, quantity },
    value: mode === "ave" ? joined / 2 : joined,
    engine: (task.captured.get("output") as ArrayLike<number>)[step * layer.forward.units + unit] as number,
    input: inputPlace(task, question.step),
    mode,
    parts: [forward.value, backward.value],
    steps: [forward.step, backward.step],
  };
}
