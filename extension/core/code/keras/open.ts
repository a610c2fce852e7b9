/** What is said of arguments that are open, and of calls that are not finished. */
import { msg } from "../../messages.js";
import type { Cause, Site } from "../evaluate/values.js";
import type { Problem } from "../problems.js";

/** What an argument leaves open. */
export function openArgument(causes: readonly Cause[], key: string, layer: string): Problem[] {
  return causes.map((cause) => ({
    start: cause.start,
    end: cause.end,
    message:
      cause.why === "unbound"
        ? msg("“{text}” has no value in this source, so {key} of {layer} is open.", { text: cause.text, key, layer })
        : msg("“{text}” can only be told by a run, so {key} of {layer} is open.", { text: cause.text, key, layer }),
  }));
}

/** A call that is still being typed: told on its last line. */
export function unfinished(at: Site, name: string): Problem {
  const { source } = at.machine;
  const line = source.slice(at.start, at.end).trimEnd();
  const start = at.start + line.lastIndexOf("\n") + 1;
  const indent = /^\s*/.exec(source.slice(start, at.end))?.[0].length ?? 0;
  const from = start + indent < at.end ? start + indent : at.start;
  return { start: from, end: Math.max(from + 1, at.start + line.length), message: msg("The call of {name} is not finished.", { name }) };
}
