/** The table of error codes, equal in TypeScript and C++, and the failure that carries one across processes. */
import { type Message, type MessageArgs, msg, say } from "./messages.js";
import type { Result } from "./result.js";

/** One line of meaning each; the numbers are the native side's (`native/core/status.h`), held equal by a contract test. */
export const errorCodes = {
  /** The text is not what it should be: a literal, a table, JSON. */
  PARSE: 1,
  /** An argument or option has a value that no layer can take. */
  INVALID_ARGUMENT: 2,
  /** Two shapes that have to agree do not. */
  SHAPE_MISMATCH: 3,
  /** Well formed, but not something that this build computes. */
  UNSUPPORTED: 4,
  /** Beyond a limit; nothing was allocated. */
  TOO_LARGE: 5,
  /** The system refused memory that the plan allowed. */
  OUT_OF_MEMORY: 6,
  /** The device that was asked for cannot be used here. */
  DEVICE_UNAVAILABLE: 7,
  /** The device stopped in a run. */
  DEVICE_LOST: 8,
  /** Ended because somebody asked for it. */
  CANCELLED: 9,
  /** Ended because its time was over. */
  TIMEOUT: 10,
  /** The engine's process ended in a request. */
  ENGINE_CRASHED: 11,
  /** The workspace is not trusted. */
  NOT_TRUSTED: 12,
  /** A bug of ours. */
  INTERNAL: 13,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** A failure as it crosses processes: code, template and values; the edge that shows it words it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: Message;
}

/** An expected failure. The template is collected for translation like that of `msg`. */
export function failure(code: ErrorCode, text: string, args?: MessageArgs): Failure {
  return { code, message: msg(text, args) };
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorCodes, value);
}

/** The error that the Node API throws and rejects with. `message` is English; `failure` can be worded otherwise. */
export class UnrollError extends Error {
  readonly code: ErrorCode;
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(say(reason.message));
    this.name = "UnrollError";
    this.code = reason.code;
    this.failure = reason;
  }
}

/** What a run, or a check of one, ends with when its signal says so. */
export function runCancelled(): UnrollError {
  return new UnrollError(failure("CANCELLED", "The run was cancelled."));
}

/** The value. @throws UnrollError where it is a failure */
export function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throw new UnrollError(result.error);
  return result.value;
}
