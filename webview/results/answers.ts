/** Answers of the host that the view holds: asked for when drawn, once; the oldest are dropped. */
import type { Answer, Question } from "../../extension/core/protocol/questions.js";
import type { AnswerMessage, ResultsFromView } from "../../extension/core/protocol/results.js";

export type Asked =
  | { readonly status: "ready"; readonly answer: Answer }
  /** total 0: it has not begun. */
  | { readonly status: "pending"; readonly done: number; readonly total: number }
  | { readonly status: "failed"; readonly message: string }
  | { readonly status: "cancelled" };

/** More than the directions of the deepest model. */
const MOST_ANSWERS = 256;
/** Traces that may wait; whoever scrubs wants the latest. */
const MOST_TRACES = 8;
const PENDING: Asked = { status: "pending", done: 0, total: 0 };

export class AnswerCache {
  private runId: string | null = null;
  /** In the order of use, the latest last. */
  private readonly answers = new Map<string, Asked>();
  private readonly open = new Map<number, string>();

  /** @param nextId ids of requests are the view's own; each kind of request counts for itself */
  constructor(
    private readonly post: (message: ResultsFromView) => void,
    private nextId = 1,
  ) {}

  /** Forgets everything when another run is shown. */
  show(runId: string | null): void {
    if (runId === this.runId) return;
    this.runId = runId;
    for (const requestId of this.open.keys()) this.post({ type: "askCancelled", requestId });
    this.answers.clear();
    this.open.clear();
  }

  /** The answer if it is here; else it is asked for, once. */
  get(question: Question): Asked {
    const key = JSON.stringify(question);
    const found = this.answers.get(key);
    if (found !== undefined) {
      this.answers.delete(key);
      this.answers.set(key, found);
      return found;
    }
    if (this.runId === null) return PENDING;
    const requestId = this.nextId++;
    this.answers.set(key, PENDING);
    this.open.set(requestId, key);
    this.post({ type: "asked", requestId, runId: this.runId, question });
    if (question.about === "trace") this.drop("trace", MOST_TRACES);
    this.shrink();
    return PENDING;
  }

  /** Takes what the host says; false where nobody waits for it. */
  take(message: AnswerMessage): boolean {
    const key = this.open.get(message.requestId);
    if (key === undefined) return false;
    if (message.type !== "answerProgress") this.open.delete(message.requestId);
    this.answers.set(key, stateOf(message));
    return true;
  }

  /** Ends what is still computed. */
  cancel(about: Question["about"]): void {
    for (const [requestId, key] of this.open)
      if ((JSON.parse(key) as Question).about === about) this.post({ type: "askCancelled", requestId });
  }

  /** Ends and forgets the oldest that wait, but for `keep`: nobody looks at them any more. */
  drop(about: Question["about"], keep = 0): void {
    const open = [...this.open].filter(([, key]) => (JSON.parse(key) as Question).about === about);
    for (const [requestId, key] of open.slice(0, Math.max(0, open.length - keep))) {
      this.open.delete(requestId);
      this.answers.delete(key);
      this.post({ type: "askCancelled", requestId });
    }
  }

  /** What failed, or was cancelled, may be asked again. */
  retry(): void {
    for (const [key, { status }] of this.answers) if (status === "failed" || status === "cancelled") this.answers.delete(key);
  }

  private shrink(): void {
    for (const [key, { status }] of this.answers) {
      if (this.answers.size <= MOST_ANSWERS) return;
      if (status !== "pending") this.answers.delete(key);
    }
  }
}

function stateOf(message: AnswerMessage): Asked {
  switch (message.type) {
    case "answerProgress":
      return { status: "pending", done: message.done, total: message.total };
    case "answered":
      return { status: "ready", answer: message.answer };
    case "unanswered":
      return message.message === null ? { status: "cancelled" } : { status: "failed", message: message.message };
  }
}
