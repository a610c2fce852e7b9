/** Is a GPU that was lost tried again? A pure state machine with the time as an argument. */
import { type Failure, failure } from "../core/errors.js";
import { msg } from "../core/messages.js";
import type { DeviceChoice, GpuWords } from "../core/protocol/device.js";

/** So often it may be lost before `auto` leaves it alone: once it is tried again. */
const MAX_LOSSES = 2;

export interface GpuLoss {
  /** When, oldest first. However long ago: only a restart that somebody asks for forgives. */
  readonly lostAt: readonly number[];
}

export const noLoss: GpuLoss = { lostAt: [] };

export function nextLoss(state: GpuLoss, event: "lost" | "restartAsked", nowMs: number): GpuLoss {
  return event === "lost" ? { lostAt: [...state.lostAt, nowMs] } : noLoss;
}

/** Why the next engine is not to use the GPU; null: it is. A device that was named is used or refused, never replaced. */
export function gpuRefused(state: GpuLoss, choice: DeviceChoice): GpuWords | null {
  if (choice !== "auto" || state.lostAt.length < MAX_LOSSES) return null;
  return {
    brief: msg("GPU lost"),
    reason: msg("The GPU stopped answering twice. The CPU computes until the engine is restarted."),
  };
}

/** The engine's DEVICE_LOST with what comes next: its process is replaced. `state` counts this loss. */
export function lostFailure(state: GpuLoss, choice: DeviceChoice, from: Failure): Failure {
  const reason = from.message.args?.["reason"];
  if (reason === undefined) return from;
  return gpuRefused(state, choice) === null
    ? failure(
        "DEVICE_LOST",
        "The GPU stopped answering: {reason}. Only this run was lost, and nothing was computed twice. The next run tries the GPU again.",
        { reason },
      )
    : failure(
        "DEVICE_LOST",
        "The GPU stopped answering a second time: {reason}. Only this run was lost. From now on the CPU computes, until the engine is restarted.",
        { reason },
      );
}
