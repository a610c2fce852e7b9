/** What the tab Compare knows: the host's state, slices of both sides, and measured differences. Asks once, when something is drawn. */
import type { Difference } from "../../../extension/core/difference.js";
import type { BandValues } from "../../../extension/core/band.js";
import type {
  CompareChoice,
  CompareFromHost,
  CompareState,
  DifferenceBandRequested,
  MeasureRequested,
  Side,
} from "../../../extension/core/protocol/compare.js";
import type { ResultsFromView } from "../../../extension/core/protocol/results.js";
import { type Found, type NextId, RequestCache } from "../requestCache.js";
import { BandCache, type BandQuery, bands, type Box, type Slice, SliceCache } from "../slices.js";

type DifferenceQuery = Omit<DifferenceBandRequested, "type" | "requestId">;

export type Measurement =
  | { readonly status: "ready"; readonly parts: readonly (Difference | null)[] }
  | { readonly status: "pending" }
  | { readonly status: "failed"; readonly message: string };

export class CompareClient {
  private host: CompareState | null = null;
  private readonly slices: readonly SliceCache[];
  private readonly bands: readonly BandCache[];
  private readonly differences: RequestCache<DifferenceQuery, BandValues>;
  private measurement: { readonly key: string; readonly requestId: number; result: Measurement } | null = null;
  private ids = 1;
  /** The run that the host was last asked to put beside another. */
  private asked: string | null = null;

  constructor(
    private readonly post: (message: ResultsFromView) => void,
    nextId: NextId,
  ) {
    this.slices = [new SliceCache(post, nextId), new SliceCache(post, nextId)];
    this.bands = [new BandCache(post, nextId), new BandCache(post, nextId)];
    this.differences = new RequestCache<DifferenceQuery, BandValues>(
      {
        key: ({ a, b, part, box }) => `${a} ${b} ${part.a} ${part.b} ${bands.key({ tensor: part.offsetB, box })}`,
        size: bands.size,
        budget: bands.budget,
        ask: (requestId, _pair, query) => post({ type: "differenceBandRequested", requestId, ...query }),
      },
      nextId,
    );
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
      for (const [at, side] of [this.host.a, this.host.b].entries()) {
        this.slices[at]?.show(side?.id ?? null);
        this.bands[at]?.show(side?.id ?? null);
      }
      this.differences.show(this.host.a === null || this.host.b === null ? null : `${this.host.a.id} ${this.host.b.id}`);
      if (message.reveal) this.asked = null;
    } else if (this.measurement?.requestId === message.requestId) {
      this.measurement.result =
        message.type === "measured" ? { status: "ready", parts: message.parts } : { status: "failed", message: message.message };
    }
  }

  /** Takes a slice, or why there is none; false: nobody here waits for it. */
  answer(requestId: number, result: Float32Array | string): boolean {
    return this.slices.some((cache) => cache.answer(requestId, result));
  }

  answerBand(requestId: number, result: BandValues | string): boolean {
    return [...this.bands, this.differences].some((cache) => cache.answer(requestId, result));
  }

  /** Answers that are still on their way. */
  get open(): number {
    return [...this.slices, ...this.bands, this.differences].reduce((sum, cache) => sum + cache.open, 0);
  }

  slice(side: Side, box: Box): Slice {
    return this.slices[this.at(side)]?.get(box) ?? { status: "pending" };
  }

  band(side: Side, query: BandQuery): Found<BandValues> {
    return this.bands[this.at(side)]?.get(query) ?? { status: "pending" };
  }

  differenceBand(query: DifferenceQuery): Found<BandValues> {
    return this.differences.get(query);
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
    for (const cache of [...this.slices, ...this.bands, this.differences]) cache.retry();
    if (this.measurement?.result.status === "failed") this.measurement = null;
    if (this.host?.activity.phase === "failed") this.asked = null;
  }

  private at(side: Side): 0 | 1 {
    return side.id === this.host?.a?.id ? 0 : 1;
  }
}

function kept(before: Side | null, now: Side | null): Side | null {
  if (before === null || now === null) return now;
  const same = before.id === now.id && before.title === now.title && before.pinned === now.pinned;
  // Beside a file, a run has the one tensor that the file is of.
  return same && String(before.run.tensors.map(({ id }) => id)) === String(now.run.tensors.map(({ id }) => id)) ? before : now;
}
