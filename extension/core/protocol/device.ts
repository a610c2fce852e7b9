/** What people see of devices, in every view. */

export type DeviceKind = "cuda" | "cpu" | "js";
export type DeviceChoice = DeviceKind | "auto";

export interface DeviceView {
  readonly chosen: DeviceChoice;
  /** null before the engine was asked. */
  readonly used: DeviceKind | null;
  /** Short, for a badge: "CPU · AVX-512", "NVIDIA H100". */
  readonly name: string;
  /** Why not a better one; null: nothing better was wanted. Worded by the host. */
  readonly reason: string | null;
  readonly options: readonly {
    readonly kind: DeviceKind;
    readonly name: string;
    readonly available: boolean;
    readonly reason: string | null;
  }[];
}
