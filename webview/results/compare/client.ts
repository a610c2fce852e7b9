/** What the tab Compare knows: the host's state, slices of both sides, and measured differences. Asks once, when something is drawn. */
import type { Difference } from "../../../extension/core/difference.js";
import type { CompareChoice, CompareFromHost, CompareState, MeasureRequested, Side } from "../../../extension/core/protocol/compare.js";
import type { ResultsFromView } from "../../../extension/core/protocol/results.js";
import { type Box, type Slice, SliceCache } from "../slices.js";

/** Requests of the sides are told from those of the shown run by their ids. */
const FIRST_ID = 2 ** 40;
const IDS_PER_SIDE = 2 ** 30;

export type Measurement =
  | { readonly status: "ready"; readonly parts: readonly (Difference | null)[] }
  | { readonly status: "pending" }
  | { readonly status: "failed"; readonly message: string };

export class CompareClient {
  private host: CompareState | null = null;
  private readonly caches: readonly SliceCache[];
  private measurement: { readonly key: string; readonly requestId: number; result: Measurement } | null = null;
  private ids = 1;
  /** The run that the host was last asked to put beside another. */
  private asked: string | null = null;

  constructor(private readonly post: (message: ResultsFromView) => void) {
    this.caches = [0, 1].map((at) => {
      const from = FIRST_ID + at * IDS_PER_SIDE;
      return new SliceCache((message) =>
        post(message.type === "sliceRequested" ? { ...message, requestId: message.requestId + from } : message),
      );
    });
  }

  get state(): CompareState | null {
    return this.host;
  }

  /** Tells the host that the tab is open for this run. */
  want(runId: string): void {
    if (this.asked === runId) return;
    this.asked = runId;
    this.post({ type: "compareChosen", choice: null });
  }

  choose(choice: CompareChoice): void {
    this.post({ type: "compareChosen", choice });
  }

  /** The same side keeps its object: what is derived from it is derived once. */
  receive(message: CompareFromHost): void {
    if (message.type === "compare") {
      const { a, b } = this.host ?? { a: null, b: null };
      this.host = { ...message, a: kept(a, message.a), b: kept(b, message.b) };
      this.caches[0]?.show(this.host.a?.id ?? null);
      this.caches[1]?.show(this.host.b?.id ?? null);
      if (message.reveal) this.asked = null;
    } else if (this.measurement?.requestId === message.requestId) {
      this.measurement.result =
        message.type === "measured" ? { status: "ready", parts: message.parts } : { status: "failed", message: message.message };
    }
  }

  /** Takes an answer of the host's; false: it is not for a side. */
  answer(requestId: number, result: Float32Array | string): boolean {
    const at = Math.floor((requestId - FIRST_ID) / IDS_PER_SIDE);
    if (at < 0) return false;
    this.caches[at]?.answer(requestId - FIRST_ID - at * IDS_PER_SIDE, result);
    return true;
  }

  slice(side: Side, box: Box): Slice {
    const cache = this.caches[side.id === this.host?.a?.id ? 0 : 1];
    return cache?.get(box) ?? { status: "pending" };
  }

  /** The last measurement is kept: another tolerance is another one. */
  measure(asked: Omit<MeasureRequested, "type" | "requestId">): Measurement {
    const key = JSON.stringify(asked);
    if (this.measurement?.key !== key) {
      const requestId = this.ids++;
      this.measurement = { key, requestId, result: { status: "pending" } };
      this.post({ type: "measureRequested", requestId, ...asked });
    }
    return this.measurement.result;
  }

  retry(): void {
    for (const cache of this.caches) cache.retry();
    if (this.measurement?.result.status === "failed") this.measurement = null;
    if (this.host?.activity.phase === "failed") this.asked = null;
  }
}

function kept(before: Side | null, now: Side | null): Side | null {
  return before !== null && now !== null && before.id === now.id && before.title === now.title && before.pinned === now.pinned
    ? before
    : now;
}
