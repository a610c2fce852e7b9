/** Finds the devices of this machine, and takes one by name or the best, with the reason where that is not the first choice. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { failure, UnrollError } from "../core/errors.js";
import { type Message, msg } from "../core/messages.js";
import type { DeviceChoice, DeviceKind } from "../core/protocol/device.js";
import type { Backend, Device } from "./backend.js";
import { ABI_VERSION, type NativeAddon } from "./binding.js";
import { createJsBackend } from "./jsBackend.js";
import { createNativeBackend } from "./nativeBackend.js";
import { isCutShort } from "./sharedLibrary.js";

export interface Devices {
  readonly list: readonly Device[];
  backend(kind: DeviceKind): Backend;
  readonly addon: NativeAddon | null;
}

/** The addon beside the bundle, or in `dist` where the code runs as tsc wrote it. */
export function addonFile(): string {
  const unbundled = path.join("out", "extension", "engine");
  return __dirname.endsWith(unbundled)
    ? path.join(__dirname, "..", "..", "..", "dist", "unroll.node")
    : path.join(__dirname, "unroll.node");
}

/** Loads the addon; never throws. */
export function loadAddon(file: string): { addon: NativeAddon | null; reason: Message | null } {
  if (!fs.existsSync(file)) {
    return {
      addon: null,
      reason: msg("The native addon is missing for {platform}. Reinstall the extension, or build it with “npm run build:native”.", {
        platform: platform(),
      }),
    };
  }
  const module = { exports: {} as NativeAddon };
  try {
    if (isCutShort(file)) throw new Error("the file was cut short");
    process.dlopen(module, file);
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0] ?? "";
    return { addon: null, reason: msg("The native addon does not load on {platform}: {reason}", { platform: platform(), reason }) };
  }
  if (module.exports.abiVersion !== ABI_VERSION) {
    const args = { got: String(module.exports.abiVersion), expected: ABI_VERSION };
    return {
      addon: null,
      reason: msg("The native addon is of another build (interface {got}, expected {expected}). Build it again.", args),
    };
  }
  return { addon: module.exports, reason: null };
}

function platform(): string {
  return `${process.platform}-${process.arch}`;
}

/** @param threads 0: as many as there are physical cores. */
export function findDevices(threads: number, file = addonFile()): Devices {
  const { addon, reason } = loadAddon(file);
  const js = createJsBackend();
  const cuda = cudaDevice(addon, reason);
  const cpu = cpuDevice(addon, reason, threads);
  const devices: readonly Device[] = [cuda, cpu, js.device];
  return {
    list: devices,
    addon,
    backend(kind) {
      const device = devices.find((candidate) => candidate.kind === kind) as Device;
      if (kind === "js") return js;
      if (!device.available || addon === null) throw unavailable(device);
      return createNativeBackend(addon, device, threads);
    },
  };
}

function cpuDevice(addon: NativeAddon | null, reason: Message | null, threads: number): Device {
  if (addon === null) return { kind: "cpu", name: "CPU", available: false, reason };
  try {
    const { cpuName, cpuTarget, physicalCores } = addon.capabilities();
    const count = threads > 0 ? threads : physicalCores;
    const name = `${cpuName || os.cpus()[0]?.model || "CPU"} (${cpuTarget}, ${count} ${count === 1 ? "thread" : "threads"})`;
    return { kind: "cpu", name, available: true, reason: null };
  } catch (error) {
    return { kind: "cpu", name: "CPU", available: false, reason: msg("{reason}", { reason: (error as Error).message }) };
  }
}

function cudaDevice(addon: NativeAddon | null, reason: Message | null): Device {
  if (addon === null) return { kind: "cuda", name: "GPU", available: false, reason };
  try {
    const { cuda } = addon.capabilities();
    if (cuda.state === "ready") return { kind: "cuda", name: cuda.name, available: true, reason: null };
    if (cuda.state === "off") return { kind: "cuda", name: "GPU", available: false, reason: msg("this build has no GPU kernels") };
    return { kind: "cuda", name: cuda.name || "GPU", available: false, reason: msg("{reason}", { reason: cuda.reason }) };
  } catch (error) {
    return { kind: "cuda", name: "GPU", available: false, reason: msg("{reason}", { reason: (error as Error).message }) };
  }
}

function unavailable(device: Device): UnrollError {
  const reason = device.reason;
  if (reason === null)
    return new UnrollError(failure("DEVICE_UNAVAILABLE", "The device “{device}” cannot be used here.", { device: device.kind }));
  return new UnrollError({ code: "DEVICE_UNAVAILABLE", message: reason });
}

/** The backend for a choice, and why it is not a better one: "auto" takes the first that is available; a name, that one or nothing. */
export function chooseBackend(devices: Devices, choice: DeviceChoice): { backend: Backend; reason: Message | null } {
  if (choice !== "auto") {
    const backend = devices.backend(choice);
    return { backend, reason: null };
  }
  const index = devices.list.findIndex((device) => device.available);
  const best = devices.list[index] as Device;
  return { backend: devices.backend(best.kind), reason: devices.list[index - 1]?.reason ?? null };
}
