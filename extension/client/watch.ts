/**
 * Tells an engine that hangs from one that works: pings while only quick answers are waited for, progress while a run computes.
 *
 * A model that is loaded is neither: drawing the weights of a large one takes its time in one stretch, and can be cancelled.
 */
import type { EngineAnswer, EngineRequest } from "../core/protocol/engine.js";
import type { Policy } from "./supervisor.js";

export interface Watched {
  /** What is waited for. */
  waiting(): readonly EngineRequest["type"][];
  ping(): void;
  /** Called once; the engine is given up. */
  silent(): void;
}

/** Requests that tell how far they are. */
const computing: ReadonlySet<string> = new Set<EngineRequest["type"]>(["run", "runFile", "check", "sensitivity", "trace"]);

/** Pings within `pingMs` that may stay without an answer. */
const PINGS = 2;

export class Watch {
  private timer: NodeJS.Timeout | null = null;
  private unanswered = 0;
  /** When the engine last gave a sign of getting on, and how far its run was then. */
  private since = 0;
  private done = -1;
  private looked = 0;
  private readonly interval: number;

  constructor(
    private readonly policy: Pick<Policy, "pingMs" | "progressMs">,
    private readonly engine: Watched,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.interval = Math.min(policy.pingMs, policy.progressMs) / PINGS;
  }

  /** Something is waited for. */
  start(): void {
    if (this.timer !== null) return;
    this.getsOn();
    this.looked = this.since;
    this.timer = setInterval(() => this.look(), this.interval);
    // Nobody's process is kept alive by looking.
    this.timer.unref();
  }

  /** Nothing is. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  heard(answer: EngineAnswer): void {
    this.unanswered = 0;
    // Progress that repeats itself is a sign of life, and none of getting on.
    if (answer.type === "progress" && answer.done === this.done) return;
    this.getsOn();
    if (answer.type === "progress") this.done = answer.done;
  }

  private getsOn(): void {
    this.since = this.now();
    this.unanswered = 0;
    this.done = -1;
  }

  /** What the timer calls. */
  look(): void {
    const waiting = this.engine.waiting();
    const now = this.now();
    // A computer that slept, or a host that was busy itself, has heard nothing either.
    const late = now - this.looked > 2 * this.interval;
    this.looked = now;
    if (late || waiting.includes("load") || waiting.includes("hello")) {
      this.getsOn();
    } else if (waiting.some((type) => computing.has(type))) {
      if (now - this.since >= this.policy.progressMs) this.giveUp();
    } else if (this.unanswered >= PINGS) {
      this.giveUp();
    } else {
      this.unanswered++;
      this.engine.ping();
    }
  }

  private giveUp(): void {
    this.stop();
    this.engine.silent();
  }
}
