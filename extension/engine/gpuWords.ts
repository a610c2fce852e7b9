/** Why the GPU is not used, as people read it: what is the matter, and what helps. */
import { driverRelease } from "../core/doctor.js";
import { type Message, msg, say } from "../core/messages.js";
import type { GpuWords } from "../core/protocol/device.js";
import type { NativeCuda } from "./binding.js";

/** null: it is ready. */
export function gpuWords(cuda: NativeCuda): GpuWords | null {
  const { name, driver, needed, capability, reason } = cuda;
  const release = driverRelease(needed);
  switch (cuda.state) {
    case "ready":
      return null;
    case "off":
      return {
        brief: msg("built without CUDA"),
        reason: msg(
          "This build has no GPU kernels: it was made without CUDA. Take a release for this platform, or build it where CUDA 13 is installed (“npm run build:native”).",
        ),
      };
    case "no-driver":
      return {
        brief: msg("no NVIDIA driver"),
        reason: msg("No NVIDIA driver was found. To compute on an NVIDIA GPU, install its driver ({release} or newer) and start again.", {
          release,
        }),
      };
    case "old-driver":
      return {
        brief: msg("NVIDIA driver too old"),
        reason: msg(
          "The NVIDIA driver is too old: it supports CUDA {driver}, this build needs CUDA {needed} (driver {release} or newer). Update the driver and start again.",
          { driver, needed, release },
        ),
      };
    case "no-device":
      return {
        brief: msg("no NVIDIA GPU"),
        reason: msg(
          "The NVIDIA driver finds no GPU. Look at “nvidia-smi”; a container has to be given the GPU (“--gpus all”), and CUDA_VISIBLE_DEVICES may hide it.",
        ),
      };
    case "no-image":
      return {
        brief: msg("GPU not supported"),
        reason: msg(
          "This build has no kernels for {name} (compute capability {capability}): it has those for 7.5 to 12.0. Use the CPU, or build it from source for this GPU.",
          { name, capability },
        ),
      };
    case "failed":
      return {
        brief: msg("GPU does not start"),
        reason: msg("The GPU could not be started: {reason}. If that stays, restart the computer or update the NVIDIA driver.", {
          reason: sentence(reason),
        }),
      };
  }
}

/** The emulated GPU was asked for, and its addon is missing, or does not load for a reason. */
export function noEmulatorWords(reason: Message | null): GpuWords {
  const brief = msg("no emulated GPU");
  if (reason === null)
    return {
      brief,
      reason: msg("UNROLL_CUDA_EMULATOR asks for the emulated GPU, which is not built here. Build it with “npm run build:emulator”."),
    };
  const args = { reason: sentence(say(reason)) };
  return {
    brief,
    reason: msg(
      "UNROLL_CUDA_EMULATOR asks for the emulated GPU, which cannot be used: {reason}. Build it with “npm run build:emulator”.",
      args,
    ),
  };
}

/** An emulated GPU that nobody asked for: it would be slow, and no proof of anything. */
export const unaskedEmulator: GpuWords = {
  brief: msg("only an emulated GPU"),
  reason: msg("The GPU of this addon is emulated, for tests. It is used where UNROLL_CUDA_EMULATOR is 1."),
};

export const wrongEmulator: GpuWords = {
  brief: msg("no emulated GPU"),
  reason: msg("UNROLL_CUDA_EMULATOR asks for the emulated GPU, and the addon has none. Build it with “npm run build:emulator”."),
};

export const lostInProcess: GpuWords = {
  brief: msg("GPU lost"),
  reason: msg(
    "The GPU stopped answering in this process, and only a new process can use it again. Start this program again, or use the CPU.",
  ),
};

/** Without its full stop, to stand inside another sentence. */
export function sentence(text: string): string {
  return text.trim().replace(/\.+$/, "");
}
