/** The device `js`: the reference in float64. It yields to the event loop, so that it can be cancelled. */
import { SENSITIVITY_MAX_WORK } from "../core/model/limits.js";
import type { CaptureLevel, ProgramLayer } from "../core/model/program.js";
import { outputShapes, sizeOf, tensorPlan } from "../core/model/tensors.js";
import { layerWork } from "../core/model/work.js";
import { Reference } from "../core/reference/reference.js";
import { sensitivity, sensitivityPlan } from "../core/reference/sensitivity.js";
import type { Backend, BackendModel, BackendPlan, BackendRun, Device, Horizon, HorizonBackend, RunHandle } from "./backend.js";
import { guarded, inSlices } from "./slices.js";

const TINY_WORK = 20_000;

export function createJsBackend(): Backend {
  const device: Device = { kind: "js", name: `JavaScript (float64, ${process.version})`, available: true, reason: null, brief: null };
  const createModel: Backend["createModel"] = (program, _features, weights) => new JsModel(program, new Reference(program, weights));
  return { device, tinyWork: TINY_WORK, horizon, createModel };
}

const horizon: HorizonBackend = {
  maxWork: SENSITIVITY_MAX_WORK,
  plan: sensitivityPlan,
  start(task, x, mask) {
    let cancelled = false;
    let done = 0;
    const compute = async (): Promise<Horizon> => {
      const controls = { cancelled: () => cancelled, progress: (amount: number) => (done += amount) };
      const { stateNorms, inputGradient } = await inSlices(sensitivity(task, x, mask), controls);
      return guarded(() => ({ stateNorms, inputGradient: Float32Array.from(inputGradient) }));
    };
    return { finished: compute(), cancel: () => (cancelled = true), progress: () => done };
  },
};

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
      const own = layerWork(layer, current);
      steps += own.steps;
      work += own.work;
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
    const finished = inSlices(this.reference.run(run), { cancelled: () => cancelled, progress: (amount) => (done += amount) });
    return { finished, cancel: () => (cancelled = true), progress: () => done };
  }

  dispose(): void {
    // Nothing but garbage-collected memory.
  }
}
