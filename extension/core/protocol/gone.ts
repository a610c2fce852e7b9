/** Values that the engine held and dropped: they can be computed again, unlike those of a run that failed. */
import { type Failure, failure } from "../errors.js";

export function valuesGone(): Failure {
  return failure("INVALID_ARGUMENT", "The values of this run are no longer kept. Run it again.");
}

/** Codes are equal in TypeScript and C++ and have none for this: the template tells it from other arguments that do not fit. */
export function isGone({ code, message }: Failure): boolean {
  const gone = valuesGone();
  return code === gone.code && message.text === gone.message.text;
}
