/** The devices `cpu` and `cuda`: the addon behind the common interface. */
import { isErrorCode, failure, UnrollError } from "../core/errors.js";
import type { ProgramLayer } from "../core/model/program.js";
import type { Backend, BackendModel, Device } from "./backend.js";
import type { NativeAddon, NativeModel } from "./binding.js";

export function createNativeBackend(addon: NativeAddon, device: Device, threads: number): Backend {
  const kind = device.kind === "cuda" ? "cuda" : "cpu";
  return {
    device,
    createModel: (program: readonly ProgramLayer[], features, weights) =>
      wrap(
        addon,
        typed(() => addon.createModel(program, features, weights, { device: kind, threads })),
      ),
  };
}

function wrap(addon: NativeAddon, model: NativeModel): BackendModel {
  return {
    plan: (shape, capture) => typed(() => model.plan(shape, capture)),
    runNow: (run) => typed(() => model.runSync(run)),
    bind(shape, capture, sizes, ids) {
      const length = shape.reduce((product, d) => product * d, 1);
      const buffer = new ArrayBuffer(4 * sizes.reduce((sum, size) => sum + size, length));
      const compute = typed(() => model.bind(shape, capture, buffer));
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
            throw toUnrollError(error);
          }
        },
      };
    },
    start(run) {
      const token = addon.createCancelToken();
      // A refusal may come at once or by the promise; both end here.
      const finished = (async () => model.run(run, token))().catch((error: unknown) => {
        throw toUnrollError(error);
      });
      return { finished, cancel: () => token.cancel(), progress: () => token.progress };
    },
    dispose: () => model.dispose(),
  };
}

function typed<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toUnrollError(error);
  }
}

/** The addon's errors carry a code of our table; anything else is a bug of ours. */
function toUnrollError(error: unknown): UnrollError {
  if (error instanceof UnrollError) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const reason = typeof message === "string" ? message : String(error);
  return new UnrollError(failure(isErrorCode(code) ? code : "INTERNAL", "{reason}", { reason }));
}
