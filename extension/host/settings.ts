/** The settings, typed and within their limits. */
import * as vscode from "vscode";
import { SELECTION_HARD_MAX_BYTES } from "../core/model/limits.js";
import { type DeviceChoice, type GpuPrecision, gpuPrecisions } from "../core/protocol/device.js";
import { type MissingPolicy, missingPolicies, type Scaling, scalings } from "../core/reading/reading.js";

export interface Settings {
  readonly device: DeviceChoice;
  readonly threads: number;
  readonly gpuPrecision: GpuPrecision;
  readonly memoryLimitBytes: number;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly selectionMaxBytes: number;
  readonly missing: MissingPolicy;
  readonly scaling: Scaling;
  /** Rows that a scale is fitted on, the first so many percent. */
  readonly fitPercent: number;
}

const devices: readonly DeviceChoice[] = ["auto", "cuda", "cpu", "js"];

export function readSettings(scope?: vscode.Uri): Settings {
  const settings = vscode.workspace.getConfiguration("unroll", scope);
  const number = (key: string, byDefault: number, min: number, max: number): number => {
    const value = settings.get<unknown>(key);
    return typeof value === "number" && Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : byDefault;
  };
  const device = settings.get<DeviceChoice>("device") ?? "auto";
  const gpuPrecision = settings.get<GpuPrecision>("gpuPrecision") ?? "float32";
  return {
    device: devices.includes(device) ? device : "auto",
    gpuPrecision: gpuPrecisions.includes(gpuPrecision) ? gpuPrecision : "float32",
    threads: Math.round(number("threads", 0, 0, 1024)),
    memoryLimitBytes: number("memoryLimitMB", 4096, 64, 2 ** 30) * 1024 * 1024,
    seed: Math.round(number("seed", 0, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
    timeoutMs: number("timeoutSeconds", 0, 0, 2 ** 31 / 1000) * 1000,
    selectionMaxBytes: Math.min(SELECTION_HARD_MAX_BYTES, Math.round(number("selection.maxMiB", 16, 0, 50) * 1024 * 1024)),
    missing: missingPolicies.find((policy) => policy === settings.get<unknown>("selection.missingValues")) ?? "error",
    scaling: scalings.find((scaling) => scaling === settings.get<unknown>("selection.scaling")) ?? "none",
    fitPercent: Math.round(number("selection.scalingRows", 100, 1, 100)),
  };
}

/** What editors show of models; each can be switched off. */
export type EditorFeature = "inlayHints" | "hover" | "codeLens" | "diagnostics";

export function isOn(feature: EditorFeature, scope: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration("unroll", scope).get<unknown>(`${feature}.enabled`) !== false;
}

export async function writeDevice(device: DeviceChoice): Promise<void> {
  await vscode.workspace.getConfiguration("unroll").update("device", device, vscode.ConfigurationTarget.Global);
}
