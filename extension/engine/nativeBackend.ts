/** The devices `cpu` and `cuda`: the addon behind the common interface. */
import type { GpuPrecision } from "../core/protocol/device.js";
import type { ProgramLayer } from "../core/model/program.js";
import type { Backend, BackendModel, Device } from "./backend.js";
import type { NativeAddon, NativeModel } from "./binding.js";
import { gpuIsLost, toUnrollError } from "./nativeErrors.js";
import { createNativeHorizon } from "./nativeHorizon.js";

/** Above this many multiply-adds a run on the CPU takes a thread. */
const TINY_WORK = 100_000;

/** How a backend computes. */
export interface Computing {
  /** Of the CPU; 0: as many as there are physical cores. */
  readonly threads: number;
  /** "float32" unless said. */
  readonly gpuPrecision?: GpuPrecision;
}

/** Addons whose GPU was lost: CUDA never recovers from that in the same process, and is not asked again. */
const lost = new WeakSet<NativeAddon>();

export function isGpuLost(addon: NativeAddon): boolean {
  return lost.has(addon);
}

export function createNativeBackend(addon: NativeAddon, device: Device, { threads, gpuPrecision = "float32" }: Computing): Backend {
  const kind = device.kind === "cuda" ? "cuda" : "cpu";
  const guard = new Guard(addon, kind);
  return {
    device,
    // A round trip to a GPU takes longer than a tiny run, and JavaScript is never to wait for a device.
    tinyWork: kind === "cuda" ? -1 : TINY_WORK,
    horizon: createNativeHorizon(addon, threads),
    createModel(program: readonly ProgramLayer[], features, weights) {
      const model = guard.typed(() => addon.createModel(program, features, weights, { device: kind, threads, gpuPrecision }));
      return kind === "cuda" ? onGpu(addon, model, guard) : onCpu(addon, model, guard);
    },
  };
}

/** Turns what the addon throws into typed errors, and keeps away from a GPU that is lost. */
class Guard {
  constructor(
    private readonly addon: NativeAddon,
    private readonly kind: "cpu" | "cuda",
  ) {}

  typed<T>(call: () => T): T {
    this.orLost();
    try {
      return call();
    } catch (error) {
      throw this.known(error);
    }
  }

  orLost(): void {
    if (this.kind === "cuda" && lost.has(this.addon)) throw gpuIsLost();
  }

  known(error: unknown): Error {
    const known = toUnrollError(error, this.kind);
    if (this.kind === "cuda" && known.code === "DEVICE_LOST") lost.add(this.addon);
    return known;
  }
}

function onGpu(addon: NativeAddon, model: NativeModel, guard: Guard): BackendModel {
  const never = (): never => {
    throw new Error("a run on a GPU is never computed in the call");
  };
  return {
    ...started(addon, model, guard),
    plan(shape, capture) {
      const plan = guard.typed(() => model.plan(shape, capture));
      // The GPU's own memory is checked against what is free there, by the addon.
      return { ...plan, hostBytes: 4 * plan.outputs.reduce((sum, size) => sum + size, 0) };
    },
    runNow: never,
  };
}

function onCpu(addon: NativeAddon, model: NativeModel, guard: Guard): BackendModel {
  return {
    ...started(addon, model, guard),
    plan(shape, capture) {
      const plan = guard.typed(() => model.plan(shape, capture));
      return { ...plan, hostBytes: plan.bytes };
    },
    runNow: (run) => guard.typed(() => model.runSync(run)),
    bind(shape, capture, sizes, ids) {
      const length = shape.reduce((product, d) => product * d, 1);
      const buffer = new ArrayBuffer(4 * sizes.reduce((sum, size) => sum + size, length));
      const compute = guard.typed(() => model.bind(shape, capture, buffer));
      let at = 4 * length;
      const outputs = sizes.map((size) => {
        const output = new Float32Array(buffer, at, size);
        at += 4 * size;
        return output;
      });
      const x = ids ? new Int32Array(buffer, 0, length) : new Float32Array(buffer, 0, length);
      return {
        x,
        outputs,
        run() {
          try {
            return compute(buffer);
          } catch (error) {
            throw guard.known(error);
          }
        },
      };
    },
  };
}

function started(addon: NativeAddon, model: NativeModel, guard: Guard): Pick<BackendModel, "start" | "dispose"> {
  return {
    start(run) {
      const token = addon.createCancelToken();
      // A refusal may come at once or by the promise; both end here.
      const compute = async (): Promise<void> => {
        guard.orLost();
        await model.run(run, token);
      };
      const finished = compute().catch((error: unknown) => {
        throw guard.known(error);
      });
      return { finished, cancel: () => token.cancel(), progress: () => token.progress };
    },
    dispose: () => model.dispose(),
  };
}
