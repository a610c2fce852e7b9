/** Answers of the host that the view holds: asked for when drawn, dropped when the budget is full. */

export type Found<Value> =
  | { readonly status: "ready"; readonly values: Value }
  | { readonly status: "pending" }
  | { readonly status: "failed"; readonly message: string };

const PENDING = { status: "pending" } as const;

export interface Requests<Query, Value> {
  key(query: Query): string;
  /** Numbers that an answer holds. */
  size(value: Value): number;
  ask(requestId: number, runId: string, query: Query): void;
  /** Most numbers of all answers, but for the latest. */
  readonly budget: number;
}

/** Ids of requests are the view's own. Caches that share them know whose an answer is. */
export type NextId = () => number;

export function requestIds(): NextId {
  let last = 0;
  return () => ++last;
}

export class RequestCache<Query, Value> {
  private runId: string | null = null;
  /** In the order of use, the latest last. */
  private readonly found = new Map<string, Found<Value>>();
  private readonly asked = new Map<number, string>();
  private elements = 0;

  constructor(
    private readonly requests: Requests<Query, Value>,
    private readonly nextId: NextId,
  ) {}

  /** Forgets everything when another run is shown; its answers that still come are dropped. */
  show(runId: string | null): void {
    if (runId === this.runId) return;
    this.runId = runId;
    this.found.clear();
    this.asked.clear();
    this.elements = 0;
  }

  /** The answer if it is here; else it is asked for, once. */
  get(query: Query): Found<Value> {
    const key = this.requests.key(query);
    const found = this.found.get(key);
    if (found !== undefined) {
      this.found.delete(key);
      this.found.set(key, found);
      return found;
    }
    if (this.runId === null) return PENDING;
    const requestId = this.nextId();
    this.found.set(key, PENDING);
    this.asked.set(requestId, key);
    this.requests.ask(requestId, this.runId, query);
    return PENDING;
  }

  /** Takes an answer, or why there is none; false where nobody waits for it. */
  answer(requestId: number, result: Value | string): boolean {
    const key = this.asked.get(requestId);
    if (key === undefined) return false;
    this.asked.delete(requestId);
    if (!this.found.has(key)) return false;
    if (typeof result === "string") {
      this.found.set(key, { status: "failed", message: result });
      return true;
    }
    this.found.set(key, { status: "ready", values: result });
    this.elements += this.requests.size(result);
    this.shrink(key);
    return true;
  }

  /** Lets what failed be asked for again. */
  retry(): void {
    for (const [key, found] of this.found) if (found.status === "failed") this.found.delete(key);
  }

  /** Answers that are still on their way. */
  get open(): number {
    return this.asked.size;
  }

  get held(): number {
    return this.elements;
  }

  private shrink(keep: string): void {
    for (const [key, found] of this.found) {
      if (this.elements <= this.requests.budget) return;
      if (found.status !== "ready" || key === keep) continue;
      this.found.delete(key);
      this.elements -= this.requests.size(found.values);
    }
  }
}
