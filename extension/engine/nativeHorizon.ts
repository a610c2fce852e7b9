/** The memory horizon by the addon, for `cpu` and `cuda`: float64 on the CPU, as a GPU keeps too few digits of what fades. */
import { NATIVE_SENSITIVITY_MAX_WORK } from "../core/model/limits.js";
import { outputShapes, sizeOf } from "../core/model/tensors.js";
import { weightCount } from "../core/reference/reference.js";
import type { Horizon, HorizonBackend, HorizonTask } from "./backend.js";
import type { NativeAddon, NativeSensitivityPlanArgs } from "./binding.js";
import { toUnrollError } from "./nativeErrors.js";
import { guarded } from "./slices.js";

/** @param threads 0: as many as there are physical cores. */
export function createNativeHorizon(addon: NativeAddon, threads: number): HorizonBackend {
  return {
    maxWork: NATIVE_SENSITIVITY_MAX_WORK,
    plan(task) {
      try {
        return addon.planSensitivity(planArgs(task, threads));
      } catch (error) {
        throw toUnrollError(error, "cpu");
      }
    },
    start(task, x, mask) {
      const token = addon.createCancelToken();
      const compute = async (): Promise<Horizon> => {
        const results = guarded(() => allocate(task));
        await addon.sensitivity({ ...planArgs(task, threads), x, mask, ...results }, token);
        return results;
      };
      const finished = compute().catch((error: unknown) => {
        throw toUnrollError(error, "cpu");
      });
      return { finished, cancel: () => token.cancel(), progress: () => token.progress };
    },
  };
}

function planArgs({ program, weights, layer, backward = false, shape }: HorizonTask, threads: number): NativeSensitivityPlanArgs {
  const layers = program.slice(0, layer + 1);
  const count = layers.reduce((sum, one) => sum + weightCount(one), 0);
  return { layers, weights: weights.slice(0, count), backward, shape, threads };
}

/** As many norms as steps come into the layer. */
function allocate({ program, layer, shape }: HorizonTask): Horizon {
  let read = shape;
  for (const below of program.slice(0, layer)) read = outputShapes(below, read)[0] as readonly number[];
  return { stateNorms: new Float64Array(read[1] as number), inputGradient: new Float32Array(sizeOf(shape)) };
}
