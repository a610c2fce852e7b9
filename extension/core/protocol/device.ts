/** What people see of devices, in every view. */
import type { Message } from "../messages.js";

export type DeviceKind = "cuda" | "cpu" | "js";
export type DeviceChoice = DeviceKind | "auto";

/** Of products on the GPU: "tf32" takes input projections and Dense layers by tensor cores once, off by about 2⁻¹⁰ of a product. */
export type GpuPrecision = "float32" | "tf32";
export const gpuPrecisions: readonly GpuPrecision[] = ["float32", "tf32"];

/** Why a GPU is not used. */
export interface GpuWords {
  /** The matter and its remedy, in whole sentences. */
  readonly reason: Message;
  /** The matter in a few words, for a badge. */
  readonly brief: Message;
}

export interface DeviceView {
  readonly chosen: DeviceChoice;
  /** null before the engine was asked. */
  readonly used: DeviceKind | null;
  /** Short, for a badge: "CPU · AVX-512", "NVIDIA H100". */
  readonly name: string;
  /** Why not a better one; null: nothing better was wanted. Worded by the host. */
  readonly reason: string | null;
  /** The reason in a few words, where it has some. */
  readonly brief: string | null;
  readonly options: readonly {
    readonly kind: DeviceKind;
    readonly name: string;
    readonly available: boolean;
    readonly reason: string | null;
    readonly brief: string | null;
  }[];
}
