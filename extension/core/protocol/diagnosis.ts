/** What the engine knows of the machine that it runs on: for the doctor. */
import type { Message } from "../messages.js";
import { array, boolean, type Decoder, finite, literal, message, natural, nullable, object, string } from "./decode.js";
import type { DeviceKind } from "./device.js";

export interface DiagnosedGpu {
  /** As `NativeCuda` of the engine's binding. */
  readonly state: string;
  readonly name: string;
  readonly driver: string;
  readonly needed: string;
  readonly capability: string;
  readonly memoryBytes: number;
  readonly reason: string;
  readonly emulated: boolean;
}

export interface Diagnosis {
  readonly addon: {
    readonly file: string;
    /** Raised with the border between TypeScript and native code; null: not loaded. */
    readonly abiVersion: number | null;
    /** Why it is not loaded. */
    readonly reason: Message | null;
  };
  /** UNROLL_CUDA_EMULATOR asks for the GPU of the tests. */
  readonly emulatorAsked: boolean;
  /** null without an addon. */
  readonly cpu: {
    readonly name: string;
    readonly target: string;
    readonly targets: readonly string[];
    readonly threads: number;
    readonly physicalCores: number;
  } | null;
  readonly cuda: DiagnosedGpu | null;
  readonly devices: readonly {
    readonly kind: DeviceKind;
    readonly name: string;
    readonly available: boolean;
    readonly reason: Message | null;
  }[];
}

/** Anything that is not finite, or less than nothing, would be a bug of the addon: shown as 0. */
const bytes: Decoder<number> = (value) => natural(value) ?? 0;

export const diagnosisOf: Decoder<Diagnosis> = object<Diagnosis>({
  addon: object<Diagnosis["addon"]>({ file: string, abiVersion: nullable(finite), reason: nullable(message) }),
  emulatorAsked: boolean,
  cpu: nullable(
    object<NonNullable<Diagnosis["cpu"]>>({
      name: string,
      target: string,
      targets: array(string, 16),
      threads: natural,
      physicalCores: natural,
    }),
  ),
  cuda: nullable(
    object<DiagnosedGpu>({
      state: string,
      name: string,
      driver: string,
      needed: string,
      capability: string,
      memoryBytes: bytes,
      reason: string,
      emulated: boolean,
    }),
  ),
  devices: array(
    object<Diagnosis["devices"][number]>({
      kind: literal("cuda", "cpu", "js"),
      name: string,
      available: boolean,
      reason: nullable(message),
    }),
    8,
  ),
});
