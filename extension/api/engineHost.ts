/** The engine in this process or in a child, behind one interface. */
import * as path from "node:path";
import { EngineClient } from "../client/engineClient.js";
import { UnrollError } from "../core/errors.js";
import { writeModel } from "../core/model/write.js";
import type { ModelSpec } from "../core/model/spec.js";
import type { CaptureLevel } from "../core/model/program.js";
import type { EngineAnswer, NamedWireTensor, RunTensor, Timing, WireDevice } from "../core/protocol/engine.js";
import type { InputTensor, LoadedModel, RunRequest } from "../engine/loadedModel.js";
import type { SensitivityOutcome, SensitivityRequest } from "../engine/sensitivity.js";
import { type RunControls, Session, type SessionOptions } from "../engine/session.js";

export interface HostedRun {
  readonly tensors: readonly RunTensor[];
  readonly timing: Timing;
}

export interface HostedModel {
  /** In the call, where the run is tiny and the one before with other numbers: see LoadedModel. */
  runAgain?(x: InputTensor): ReturnType<LoadedModel["runAgain"]>;
  run(request: RunRequest, controls: RunControls): Promise<HostedRun>;
  sensitivity(request: SensitivityRequest, controls: RunControls): Promise<SensitivityOutcome>;
  weights(): readonly NamedWireTensor[];
  states(): Promise<readonly NamedWireTensor[]>;
  resetStates(states?: readonly InputTensor[]): Promise<void>;
  dispose(): void;
}

export interface EngineHost {
  /** The device now: after a GPU was lost twice, "auto" is the CPU. */
  readonly device: WireDevice;
  readonly devices: readonly WireDevice[];
  load(spec: ModelSpec, weights: readonly InputTensor[] | null, seed: number): Promise<HostedModel>;
  dispose(): Promise<void>;
}

export function localHost(options: SessionOptions): EngineHost {
  const session = new Session(options);
  return {
    device: session.device,
    devices: session.devices.list,
    load: async (spec, weights, seed) => localModel(session, session.load(spec, weights, seed)),
    dispose: () => session.dispose(),
  };
}

function localModel(session: Session, model: LoadedModel): HostedModel {
  return {
    runAgain: (x) => session.runAgain(model, x),
    run(request, controls) {
      return session.run(model, request, controls).then(({ tensors, timing }) => {
        const returned = new Set(model.returned(tensors));
        return { tensors: tensors.map((tensor) => ({ ...tensor, returned: returned.has(tensor), stats: null, health: null })), timing };
      });
    },
    sensitivity: (request, controls) => session.sensitivity(model, request, controls),
    weights: () => model.weights(),
    states: () => session.inOrder(() => Promise.resolve(model.states())),
    resetStates: (states) => session.inOrder(async () => model.resetStates(states)),
    dispose: () => session.unload(model),
  };
}

/** A supervised child process. */
export async function remoteHost(options: SessionOptions): Promise<EngineHost> {
  const client = new EngineClient({ ...options, file: engineFile() });
  try {
    const greeting = await client.greet();
    let models = 0;
    return {
      get device() {
        return (client.known ?? greeting).device;
      },
      get devices() {
        return (client.known ?? greeting).devices;
      },
      load: async (spec, weights, seed) => {
        const modelId = ++models;
        await client.load(modelId, { model: writeModel(spec), weights: weights === null ? null : [...weights], seed });
        return remoteModel(client, modelId, await weightsOf(client, modelId));
      },
      dispose: () => client.dispose(),
    };
  } catch (error) {
    await client.dispose();
    throw error;
  }
}

export function engineFile(): string {
  const unbundled = path.join("out", "extension", "api");
  return __dirname.endsWith(unbundled) ? path.join(__dirname, "..", "engine", "main.js") : path.join(__dirname, "engine.js");
}

function expectAnswer<T extends EngineAnswer["type"]>(answer: EngineAnswer, type: T): Extract<EngineAnswer, { type: T }> {
  if (answer.type === type) return answer as Extract<EngineAnswer, { type: T }>;
  throw new UnrollError({ code: "INTERNAL", message: { text: `expected ${type}, got ${answer.type}` } });
}

async function weightsOf(client: EngineClient, modelId: number): Promise<readonly NamedWireTensor[]> {
  return expectAnswer(await client.ask({ type: "weights", modelId }), "tensors").tensors;
}

function remoteModel(client: EngineClient, modelId: number, weights: readonly NamedWireTensor[]): HostedModel {
  return {
    async run(request, controls) {
      const answer = await client.ask(
        {
          type: "run",
          modelId,
          resultId: 0,
          keep: false,
          x: request.x,
          mask: request.mask ?? null,
          initialState: request.initialState ?? null,
          capture: request.capture satisfies CaptureLevel,
          timeoutMs: controls.timeoutMs ?? 0,
          progress: controls.onProgress !== undefined,
        },
        { signal: controls.signal, onProgress: controls.onProgress },
      );
      return expectAnswer(answer, "ran");
    },
    async sensitivity({ x, mask = null, layer = null, sample }, { signal, onProgress }) {
      const answer = await client.ask({ type: "sensitivity", modelId, x, mask, layer, backward: false, sample }, { signal, onProgress });
      return expectAnswer(answer, "horizon");
    },
    weights: () => weights,
    states: async () => expectAnswer(await client.ask({ type: "states", modelId }), "tensors").tensors,
    resetStates: async (states) =>
      void (await client.ask({ type: "resetStates", modelId, states: states === undefined ? null : [...states] })),
    dispose: () => void client.unload(modelId).catch(() => undefined),
  };
}
