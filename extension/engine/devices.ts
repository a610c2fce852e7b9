/** Finds the devices of this machine, and takes one by name or the best, with the reason where that is not the first choice. */
import * as os from "node:os";
import { failure, UnrollError } from "../core/errors.js";
import { msg } from "../core/messages.js";
import type { DeviceChoice, DeviceKind, GpuPrecision, GpuWords } from "../core/protocol/device.js";
import { findAddon, type LoadedAddon } from "./addon.js";
import type { Backend, Device } from "./backend.js";
import type { NativeCapabilities } from "./binding.js";
import { gpuWords, lostInProcess, unaskedEmulator, wrongEmulator } from "./gpuWords.js";
import { createJsBackend } from "./jsBackend.js";
import { type Computing, createNativeBackend, isGpuLost } from "./nativeBackend.js";

export interface Devices {
  /** The best first. */
  readonly list: readonly Device[];
  /** @throws UnrollError DEVICE_UNAVAILABLE */
  backend(kind: DeviceKind): Backend;
  readonly loaded: LoadedAddon;
  /** What the addon says of this machine; null where it is not there, or refuses. */
  readonly capabilities: NativeCapabilities | null;
}

/**
 * @param noGpu why the GPU is not to be used, whatever the addon says.
 */
export function findDevices(computing: Computing, loaded = findAddon(), noGpu: GpuWords | null = loaded.noGpu): Devices {
  const { addon } = loaded;
  let { reason } = loaded;
  let capabilities: NativeCapabilities | null = null;
  try {
    capabilities = addon?.capabilities() ?? null;
  } catch (error) {
    reason = msg("{reason}", { reason: (error as Error).message });
  }
  const js = createJsBackend();
  const none = { available: false, reason, brief: null };
  const cpu: Device = capabilities === null ? { kind: "cpu", name: "CPU", ...none } : cpuDevice(capabilities, computing.threads);
  const cuda: Device =
    capabilities === null
      ? { kind: "cuda", name: "GPU", ...none }
      : cudaDevice(capabilities, loaded, { noGpu: noGpu ?? loaded.noGpu, precision: computing.gpuPrecision });
  const list: readonly Device[] = [cuda, cpu, js.device];
  return {
    list,
    loaded,
    capabilities,
    backend(kind) {
      const device = list.find((candidate) => candidate.kind === kind) as Device;
      if (kind === "js") return js;
      if (!device.available || addon === null) throw unavailable(device);
      return createNativeBackend(addon, device, computing);
    },
  };
}

function cpuDevice({ cpuName, cpuTarget, physicalCores }: NativeCapabilities, threads: number): Device {
  const count = threads > 0 ? threads : physicalCores;
  const name = `${cpuName || os.cpus()[0]?.model || "CPU"} (${cpuTarget}, ${count} ${count === 1 ? "thread" : "threads"})`;
  return { kind: "cpu", name, available: true, reason: null, brief: null };
}

interface Gpu {
  readonly noGpu: GpuWords | null;
  readonly precision: GpuPrecision | undefined;
}

function cudaDevice({ cuda }: NativeCapabilities, loaded: LoadedAddon, { noGpu, precision }: Gpu): Device {
  const lost = loaded.addon !== null && isGpuLost(loaded.addon) ? lostInProcess : null;
  const words = noGpu ?? gpuWords(cuda) ?? emulationWords(cuda.emulated, loaded.emulator) ?? lost;
  const name = noGpu === null && cuda.name !== "" ? cuda.name : "GPU";
  if (words !== null) return { kind: "cuda", name, available: false, ...words };
  // An emulation never passes for hardware, whatever it calls itself.
  const whole = cuda.emulated && !/emulated/i.test(name) ? `${name} (emulated)` : name;
  // Numbers that are less exact than everybody else's say so wherever they are shown.
  const shown = precision === "tf32" ? `${whole} (TF32)` : whole;
  return { kind: "cuda", name: shown, available: true, reason: null, brief: null };
}

/** An emulated GPU is used where it was asked for, and there nothing else is. */
function emulationWords(is: boolean, asked: boolean): GpuWords | null {
  if (is === asked) return null;
  return is ? unaskedEmulator : wrongEmulator;
}

function unavailable(device: Device): UnrollError {
  const reason = device.reason;
  if (reason === null)
    return new UnrollError(failure("DEVICE_UNAVAILABLE", "The device “{device}” cannot be used here.", { device: device.kind }));
  return new UnrollError({ code: "DEVICE_UNAVAILABLE", message: reason });
}

/**
 * The backend for a choice, and its device, whose reason is why it is not a better one: "auto" takes the first that is available; a name,
 * that one or nothing. @throws UnrollError DEVICE_UNAVAILABLE
 */
export function chooseBackend(devices: Devices, choice: DeviceChoice): { backend: Backend; device: Device } {
  if (choice !== "auto") {
    const backend = devices.backend(choice);
    return { backend, device: backend.device };
  }
  const index = devices.list.findIndex((device) => device.available);
  const backend = devices.backend((devices.list[index] as Device).kind);
  const better = devices.list[index - 1];
  return { backend, device: { ...backend.device, reason: better?.reason ?? null, brief: better?.brief ?? null } };
}
