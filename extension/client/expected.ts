/** The answer that a request of its kind is to have; another one is a bug of ours. */
import { failure, UnrollError } from "../core/errors.js";
import type { EngineAnswer } from "../core/protocol/engine.js";

export type AnswerOf<T extends EngineAnswer["type"]> = Extract<EngineAnswer, { type: T }>;

/** @throws UnrollError INTERNAL */
export function expected<T extends EngineAnswer["type"]>(type: T, answer: EngineAnswer): AnswerOf<T> {
  if (answer.type !== type) throw new UnrollError(failure("INTERNAL", "The engine answered with “{type}”.", { type: answer.type }));
  return answer as AnswerOf<T>;
}
