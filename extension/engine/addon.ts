/** Loads the native addon, or in its place the one whose GPU is emulated, and says why where it cannot. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Message, msg } from "../core/messages.js";
import type { GpuWords } from "../core/protocol/device.js";
import { ABI_VERSION, type NativeAddon } from "./binding.js";
import { noEmulatorWords } from "./gpuWords.js";
import { isCutShort } from "./sharedLibrary.js";

export interface LoadedAddon {
  readonly file: string;
  readonly addon: NativeAddon | null;
  /** Why it is not there. */
  readonly reason: Message | null;
  /** The emulated GPU was asked for: only an addon with one may give a GPU. */
  readonly emulator: boolean;
  /** Why there is no GPU, whatever the addon says; null: ask it. */
  readonly noGpu: GpuWords | null;
}

/** Beside the bundle, or in `dist` where the code runs as tsc wrote it. */
export function addonFile(name = "unroll.node"): string {
  const unbundled = path.join("out", "extension", "engine");
  return __dirname.endsWith(unbundled) ? path.join(__dirname, "..", "..", "..", "dist", name) : path.join(__dirname, name);
}

/** What this process shall use. Where the emulator was asked for and is missing, the CPU still works, and no real GPU takes its place. */
export function findAddon(env: NodeJS.ProcessEnv = process.env, fileOf: (name: string) => string = addonFile): LoadedAddon {
  if (env["UNROLL_CUDA_EMULATOR"] !== "1") return loadAddon(fileOf("unroll.node"));
  const file = fileOf("unroll-emulator.node");
  const emulator = loadAddon(file);
  if (emulator.addon !== null) return { ...emulator, emulator: true };
  return { ...loadAddon(fileOf("unroll.node")), emulator: true, noGpu: noEmulatorWords(fs.existsSync(file) ? emulator.reason : null) };
}

/** Never throws. */
export function loadAddon(file: string): LoadedAddon {
  const nothing = { file, addon: null, emulator: false, noGpu: null };
  if (!fs.existsSync(file)) {
    const args = { platform: platform() };
    return {
      ...nothing,
      reason: msg("The native addon is missing for {platform}. Reinstall the extension, or build it with “npm run build:native”.", args),
    };
  }
  const module = { exports: {} as NativeAddon };
  try {
    if (isCutShort(file)) throw new Error("the file was cut short");
    process.dlopen(module, file);
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0] ?? "";
    return { ...nothing, reason: msg("The native addon does not load on {platform}: {reason}", { platform: platform(), reason }) };
  }
  if (module.exports.abiVersion !== ABI_VERSION) {
    const args = { got: String(module.exports.abiVersion), expected: ABI_VERSION };
    return {
      ...nothing,
      reason: msg("The native addon is of another build (interface {got}, expected {expected}). Build it again.", args),
    };
  }
  return { ...nothing, addon: module.exports, reason: null };
}

function platform(): string {
  return `${process.platform}-${process.arch}`;
}
