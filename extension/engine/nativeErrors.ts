/** What the addon throws, as people read it. Its errors carry a code of our table; anything else is a bug of ours. */
import { failure, isErrorCode, UnrollError } from "../core/errors.js";
import { lostInProcess, sentence } from "./gpuWords.js";

export function toUnrollError(error: unknown, kind: "cpu" | "cuda"): UnrollError {
  if (error instanceof UnrollError) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof message === "string" ? message : String(error);
  const reason = kind === "cuda" ? sentence(text) : text;
  if (kind === "cuda" && code === "DEVICE_LOST") {
    return new UnrollError(
      failure("DEVICE_LOST", "The GPU stopped answering: {reason}. Only this run was lost; this process cannot use the GPU again.", {
        reason,
      }),
    );
  }
  if (kind === "cuda" && code === "OUT_OF_MEMORY") {
    return new UnrollError(
      failure(
        "OUT_OF_MEMORY",
        "The GPU has no memory left for this run: {reason}. Take a smaller batch, end what else uses the GPU, or run it on the CPU.",
        { reason },
      ),
    );
  }
  return new UnrollError(failure(isErrorCode(code) ? code : "INTERNAL", "{reason}", { reason: text }));
}

/** After DEVICE_LOST: CUDA's error is sticky, only the end of the process clears it. */
export function gpuIsLost(): UnrollError {
  return new UnrollError({ code: "DEVICE_LOST", message: lostInProcess.reason });
}
