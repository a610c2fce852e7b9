/** The built addon with a GPU that is its CPU, and that does what a test wants: it is missing, wrong, full, lost. */
import type { NativeAddon, NativeCuda, NativeModel } from "../../extension/engine/binding.js";
import type { LoadedAddon } from "../../extension/engine/addon.js";
import { loadAddon } from "./built.js";

export const readyCuda: NativeCuda = {
  state: "ready",
  name: "NVIDIA Test 1000",
  driver: "13.0",
  needed: "13.0",
  capability: "9.0",
  memoryBytes: 80 * 2 ** 30,
  reason: "",
  emulated: false,
};

export interface FakeGpu {
  readonly cuda?: Partial<NativeCuda>;
  /** Called before each run on the GPU, with the outputs; what it throws, the addon throws. */
  readonly beforeRun?: () => void;
  /** Called after it: to spoil what was computed. */
  readonly afterRun?: (outputs: readonly Float32Array[]) => void;
}

export function nativeError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

export function fakeAddon({ cuda, beforeRun, afterRun }: FakeGpu = {}, real: NativeAddon = loadAddon()): NativeAddon {
  return {
    ...real,
    capabilities: () => ({ ...real.capabilities(), cuda: { ...readyCuda, ...cuda } }),
    createModel(layers, features, weights, options) {
      const model = real.createModel(layers, features, weights, { ...options, device: "cpu" });
      return options.device === "cpu" ? model : onGpu(model, beforeRun, afterRun);
    },
  };
}

function onGpu(model: NativeModel, beforeRun: FakeGpu["beforeRun"], afterRun: FakeGpu["afterRun"]): NativeModel {
  const never = (): never => {
    throw nativeError("UNSUPPORTED", "not on a GPU");
  };
  return {
    plan: (shape, capture) => model.plan(shape, capture),
    async run(args, token) {
      beforeRun?.();
      await model.run(args, token);
      afterRun?.(args.outputs);
    },
    runSync: never,
    bind: never,
    dispose: () => model.dispose(),
  };
}

export function loaded(addon: NativeAddon, changes: Partial<LoadedAddon> = {}): LoadedAddon {
  return { file: "unroll.node", addon, reason: null, emulator: false, noGpu: null, ...changes };
}
