/** What is said of things that are made where it is not certain that the source comes by. */
import { msg } from "../../messages.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import type { Machine } from "./machine.js";
import type { Cause } from "./values.js";

/** Only a run can tell how often a loop goes round; its body was read once. */
export function openLoop(causes: readonly Cause[]): Problem[] {
  return causes.map((cause) => ({
    start: cause.start,
    end: cause.end,
    message: msg("Only a run can tell how often this loop goes round: “{text}” is open. Its layers were read once.", { text: cause.text }),
  }));
}

/** Only a run can tell whether a branch is taken; the first was read. */
export function openCondition(machine: Machine, test: Range): Problem {
  return {
    ...machine.firstLine(test),
    message: msg("Only a run can tell whether “{text}” holds. The first branch was read.", { text: machine.excerpt(test) }),
  };
}

export function tooLong(machine: Machine, range: Range): Problem {
  return {
    ...machine.firstLine(range),
    message: msg("This takes too long to read: “{text}” was left before its end.", { text: machine.excerpt(machine.firstLine(range)) }),
  };
}
