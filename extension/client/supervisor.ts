/** When is the engine's process started, trusted, given up? A pure state machine with the time as an argument. */

export type Phase = "idle" | "starting" | "ready" | "busy" | "unresponsive" | "dead";

export interface Policy {
  /** Restarts within the window before it stops and asks. */
  readonly maxRestarts: number;
  readonly windowMs: number;
  /** No answer to a cancel for so long: the process is killed. */
  readonly cancelGraceMs: number;
  /** Longest start. */
  readonly startMs: number;
  /** Two pings in this time while nothing is computed. */
  readonly pingMs: number;
  /** No progress of a run for so long. */
  readonly progressMs: number;
  /** Nothing asked and no result held for so long: the process is stopped until it is needed again. */
  readonly idleMs: number;
}

export const defaultPolicy: Policy = {
  maxRestarts: 4,
  windowMs: 180_000,
  cancelGraceMs: 500,
  startMs: 15_000,
  pingMs: 5_000,
  progressMs: 30_000,
  idleMs: 60_000,
};

export type SupervisorEvent = "start" | "welcome" | "run" | "rest" | "silent" | "exit" | "kill" | "restartAsked";

export interface SupervisorState {
  readonly phase: Phase;
  /** When the process died by itself, newest last, inside the window. Kills of our own do not count. */
  readonly deaths: readonly number[];
}

export const initialState: SupervisorState = { phase: "idle", deaths: [] };

/** The next state. "kill": we end it, for a cancel; "exit": it ended, and nobody asked for that. */
export function next(state: SupervisorState, event: SupervisorEvent, nowMs: number, policy: Policy = defaultPolicy): SupervisorState {
  const deaths = state.deaths.filter((at) => nowMs - at < policy.windowMs);
  switch (event) {
    case "start":
      return { phase: "starting", deaths };
    case "welcome":
    case "rest":
      return { phase: state.phase === "dead" ? "dead" : "ready", deaths };
    case "run":
      return { phase: "busy", deaths };
    case "silent":
      return { phase: "unresponsive", deaths };
    case "kill":
      return { phase: "idle", deaths };
    case "exit": {
      const counted = [...deaths, nowMs];
      return { phase: counted.length > policy.maxRestarts ? "dead" : "idle", deaths: counted };
    }
    case "restartAsked":
      return { phase: state.phase === "dead" ? "idle" : state.phase, deaths: [] };
  }
}
