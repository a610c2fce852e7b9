/** The device `js`: the reference in float64. It yields to the event loop, so that it can be cancelled. */
import { failure, UnrollError } from "../core/errors.js";
import { type CaptureLevel, programDirections, programGates, type ProgramLayer } from "../core/model/program.js";
import { outputShapes, tensorPlan } from "../core/model/tensors.js";
import { Reference, TokenOutOfRange } from "../core/reference/reference.js";
import type { Backend, BackendModel, BackendPlan, BackendRun, Device, RunHandle } from "./backend.js";

/** Longest time that one stretch of a run keeps the event loop. */
const SLICE_MS = 8;
const TINY_WORK = 20_000;

export function createJsBackend(): Backend {
  const device: Device = { kind: "js", name: `JavaScript (float64, ${process.version})`, available: true, reason: null, brief: null };
  const createModel: Backend["createModel"] = (program, _features, weights) => new JsModel(program, new Reference(program, weights));
  return { device, tinyWork: TINY_WORK, createModel };
}

class JsModel implements BackendModel {
  constructor(
    private readonly program: readonly ProgramLayer[],
    private readonly reference: Reference,
  ) {}

  plan(shape: readonly number[], capture: CaptureLevel): BackendPlan {
    let bytes = tensorPlan(this.program, shape, capture).reduce((sum, tensor) => sum + 4 * sizeOf(tensor.shape), 0);
    let [steps, work] = [0, 0];
    let current = shape;
    for (const layer of this.program) {
      const next = outputShapes(layer, current)[0] as readonly number[];
      // One float64 copy of what comes in and what goes out; gates and states at every step are kept in float64 too.
      bytes += 8 * (sizeOf(current) + sizeOf(next)) * (capture === 2 ? 4 : 1);
      let features = current[2] as number;
      for (const direction of programDirections(layer)) {
        const rows = (current[0] as number) * (current[1] as number);
        steps += rows;
        work += rows * programGates(direction.kind) * direction.units * (features + direction.units);
        if (layer.kind === "stack") features = direction.units;
      }
      if (layer.kind === "dense") {
        work += sizeOf(current) * layer.units;
        steps += sizeOf(current) / (current.at(-1) as number);
      }
      current = next;
    }
    return { bytes, hostBytes: bytes, steps, work };
  }

  runNow(run: BackendRun): void {
    const steps = this.reference.run(run);
    guarded(() => {
      while (steps.next().done !== true);
    });
  }

  start(run: BackendRun): RunHandle {
    let cancelled = false;
    let done = 0;
    const steps = this.reference.run(run);
    const finished = (async () => {
      for (let over = false; !over;) {
        // Let cancels, timers and other requests in.
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (cancelled) throw new UnrollError(failure("CANCELLED", "The run was cancelled."));
        const until = performance.now() + SLICE_MS;
        guarded(() => {
          while (!over && performance.now() < until) {
            const next = steps.next();
            over = next.done === true;
            if (next.done !== true) done += next.value;
          }
        });
      }
    })();
    return { finished, cancel: () => (cancelled = true), progress: () => done };
  }

  dispose(): void {
    // Nothing but garbage-collected memory.
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}

function guarded(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (error instanceof TokenOutOfRange) {
      const args = { id: error.id, last: error.vocabulary - 1 };
      throw new UnrollError(failure("INVALID_ARGUMENT", "Token id {id} is not in the Embedding's table: ids go from 0 to {last}.", args));
    }
    if (error instanceof RangeError) throw new UnrollError(failure("OUT_OF_MEMORY", "There is not enough memory for this run."));
    throw error;
  }
}
