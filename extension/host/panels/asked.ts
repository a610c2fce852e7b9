/** Questions of the results view on their way: each is answered once, with progress before, until it is cancelled or the panel goes. */
import { UnrollError } from "../../core/errors.js";
import type { Answer, Question } from "../../core/protocol/questions.js";
import type { ResultsFromHost, ResultsFromView } from "../../core/protocol/results.js";
import type { AskControls } from "../run/questions.js";

/** Progress is not shown more often. */
const SHOWN_MS = 100;

export interface Answering {
  answer(runId: string, question: Question, controls: AskControls): Promise<Answer>;
  /** For people: why there is no answer. */
  reason(error: unknown): string;
}

export class Asked {
  private readonly open = new Map<number, AbortController>();

  constructor(
    private readonly host: Answering,
    private readonly send: (message: ResultsFromHost) => void,
  ) {}

  async take({ requestId, runId, question }: Extract<ResultsFromView, { type: "asked" }>): Promise<void> {
    const abort = new AbortController();
    this.open.set(requestId, abort);
    let shown = performance.now();
    const onProgress = (done: number, total: number): void => {
      if (performance.now() - shown < SHOWN_MS || abort.signal.aborted) return;
      shown = performance.now();
      this.send({ type: "answerProgress", requestId, done, total });
    };
    try {
      const answer = await this.host.answer(runId, question, { signal: abort.signal, onProgress });
      this.send({ type: "answered", requestId, answer });
    } catch (error) {
      const cancelled = error instanceof UnrollError && error.code === "CANCELLED";
      this.send({ type: "unanswered", requestId, message: cancelled ? null : this.host.reason(error) });
    } finally {
      this.open.delete(requestId);
    }
  }

  cancel(requestId: number): void {
    this.open.get(requestId)?.abort();
  }

  /** Nobody looks any more. */
  cancelAll(): void {
    for (const abort of this.open.values()) abort.abort();
  }
}
