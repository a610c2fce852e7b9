/** The values of runs: read from the engine, or computed again from model, data and seed where it no longer has them. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { expected } from "../../client/expected.js";
import type { BandBox, BandValues } from "../../core/band.js";
import { failure, UnrollError } from "../../core/errors.js";
import { msg } from "../../core/messages.js";
import type { CaptureLevel } from "../../core/model/program.js";
import type { ModelSpec } from "../../core/model/spec.js";
import type { MeasuredPart } from "../../core/protocol/compare.js";
import type { DeviceKind } from "../../core/protocol/device.js";
import type { RunTensor, WireTensor } from "../../core/protocol/engine.js";
import { isGone } from "../../core/protocol/gone.js";
import type { Engine } from "../engine.js";
import { withQuietProgress } from "../quietProgress.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import { runOnEngine } from "./engineRun.js";
import { NO_RESULT } from "./keptRecords.js";
import type { RunRecord } from "./records.js";
import type { RunStore } from "./runStore.js";

/** Ids of results that runs and checks never use. */
const FIRST_RESULT_ID = 2 ** 41;

export interface Box {
  readonly tensor: number;
  readonly start: readonly number[];
  readonly count: readonly number[];
}

interface Changes {
  readonly model?: ModelSpec;
  readonly device?: DeviceKind | undefined;
}

/** Where tensors are in the engine, and which. */
export interface Place {
  readonly resultId: number;
  readonly tensors: readonly RunTensor[];
}

/** Numbers of ours in the engine. */
export interface Held {
  at<T>(ask: (resultId: number) => Promise<T>): Promise<T>;
  release(): void;
}

export class RunValues implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** The note of a run is another. */
  readonly onDidChange = this.changed.event;
  /** Where the values of a run are by now, by its id and how much of it was captured. */
  private readonly places = new Map<string, Place>();
  private readonly computing = new Map<string, Promise<Place>>();
  private readonly notes = new Map<string, string>();
  private readonly fatal = new Set<string>();
  private readonly subscription: vscode.Disposable;
  private ids = FIRST_RESULT_ID;

  constructor(
    private readonly engine: Engine,
    private readonly store: RunStore,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscription = store.onDidDelete((id) => this.forget(id));
  }

  /** What people should know about the values of a run; null: they are those of the run itself. */
  noteOf(id: string): string | null {
    return this.notes.get(id) ?? null;
  }

  /**
   * Asks about a run's tensors, with as many of them as `capture` says; once more where the engine had dropped them.
   * @throws UnrollError
   */
  async at<T>(record: RunRecord, capture: CaptureLevel, ask: (place: Place) => Promise<T>): Promise<T> {
    const own = capture === 1 && record.resultId !== NO_RESULT ? record : undefined;
    const known = this.places.get(placeKey(record.id, capture)) ?? own;
    if (known !== undefined) {
      try {
        return await ask(known);
      } catch (error) {
        if (!(error instanceof UnrollError) || !isGone(error.failure)) throw error;
      }
    }
    return ask(await this.again(record, capture));
  }

  /** The same run with a change, beside the one that is shown. @throws UnrollError */
  async beside(record: RunRecord, { model = record.model, device = record.asked }: Changes): Promise<RunRecord> {
    const { data, seed, startStates } = record;
    const resultId = ++this.ids;
    const { timeoutMs } = readSettings(data.source.uri);
    const states = model === record.model ? startStates : undefined;
    const run = { resultId, model, data, seed, device, states, capture: 1, timeoutMs } as const;
    const ran = await withQuietProgress(word(msg("Running the model")), (signal) => runOnEngine(this.engine, run, { signal }));
    const { tensors, timing } = ran;
    const about = { id: randomUUID(), resultId, model, seed, asked: device, startStates: states };
    return { ...about, data, tensors, timing, device: this.engine.device(device) };
  }

  /** Numbers that no run gave, where they can be told apart from a run's; `at` brings them there again where the engine had dropped them. */
  async hold(tensor: WireTensor): Promise<Held> {
    const bring = async (): Promise<number> => {
      const resultId = ++this.ids;
      await this.engine.ask({ type: "hold", resultId, tensors: [tensor] });
      return resultId;
    };
    let resultId = await bring();
    const at = async <T>(ask: (resultId: number) => Promise<T>): Promise<T> => {
      try {
        return await ask(resultId);
      } catch (error) {
        if (!(error instanceof UnrollError) || !isGone(error.failure)) throw error;
      }
      resultId = await bring();
      return ask(resultId);
    };
    return { at, release: () => this.release(resultId) };
  }

  async slice(resultId: number, { tensor, start, count }: Box): Promise<Float32Array> {
    return expected("slice", await this.engine.ask({ type: "readSlice", resultId, tensor, start, count })).values;
  }

  async band(resultId: number, tensor: number, box: BandBox): Promise<BandValues> {
    return expected("band", await this.engine.ask({ type: "readBand", resultId, tensor, box }));
  }

  /** Of a part of tensors of two results, by their index in each. */
  async differenceBand(resultA: number, resultB: number, part: MeasuredPart, box: BandBox): Promise<BandValues> {
    return expected("band", await this.engine.ask({ type: "readDifferenceBand", resultA, resultB, part, box }));
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** However many ask for it, it is computed once. */
  private again(record: RunRecord, capture: CaptureLevel): Promise<Place> {
    const key = placeKey(record.id, capture);
    const running = this.computing.get(key);
    if (running !== undefined) return running;
    const title = word(msg("Computing the values of this run again"));
    const work = withQuietProgress(title, (signal) => this.compute(record, capture, signal)).finally(() => this.computing.delete(key));
    this.computing.set(key, work);
    return work;
  }

  private async compute(record: RunRecord, capture: CaptureLevel, signal: AbortSignal): Promise<Place> {
    const { id, model, data, seed, startStates: states } = record;
    if (this.fatal.has(id) || this.store.get(id)?.fatal === true) throw new UnrollError(fatalFailure());
    const device = await this.deviceFor(record);
    const resultId = ++this.ids;
    const { timeoutMs } = readSettings(data.source.uri);
    this.places.delete(placeKey(id, capture));
    try {
      const run = { resultId, model, data, seed, device, states, capture, timeoutMs };
      const { tensors } = await runOnEngine(this.engine, run, { signal });
      const place = { resultId, tensors };
      this.places.set(placeKey(id, capture), place);
      if (capture === 1 || record.resultId === NO_RESULT) this.tell(record, device);
      return place;
    } catch (error) {
      if (error instanceof UnrollError && (error.code === "ENGINE_CRASHED" || error.code === "DEVICE_LOST")) await this.giveUp(id);
      throw error;
    }
  }

  /** The one that the run was on, while there is such a one. undefined: the setting's. */
  private async deviceFor({ device }: RunRecord): Promise<DeviceKind | undefined> {
    const { devices } = await this.engine.greet();
    return devices.find((option) => option.kind === device.used && option.available)?.kind;
  }

  private tell(record: RunRecord, kind: DeviceKind | undefined): void {
    const { name, used } = this.engine.device(kind);
    this.log.info(`the values of run ${record.id} were computed again on ${name}`);
    const note =
      used === record.device.used
        ? msg("Values computed again on {device}.", { device: name })
        : msg("Values computed again on {device}; the run itself was on {before}. They agree within rounding.", {
            device: name,
            before: record.device.name,
          });
    this.notes.set(record.id, word(note));
    this.changed.fire();
  }

  /** A request that ended the engine is never sent again by itself, after a reload neither. */
  private async giveUp(id: string): Promise<void> {
    this.fatal.add(id);
    await this.store.change(id, { fatal: true });
  }

  private forget(id: string): void {
    this.notes.delete(id);
    for (const capture of [1, 2] as const) {
      const place = this.places.get(placeKey(id, capture));
      this.places.delete(placeKey(id, capture));
      if (place !== undefined) this.release(place.resultId);
    }
  }

  /** An engine that is not there holds nothing, and is not started for it. */
  private release(resultId: number): void {
    if (this.engine.pid === undefined) return;
    this.engine.ask({ type: "release", resultId }).catch((error: unknown) => this.log.debug(String(error)));
  }
}

function fatalFailure(): ReturnType<typeof failure> {
  return failure(
    "ENGINE_CRASHED",
    "Computing this run again ended the engine, so it is not tried by itself once more. “Run again” tries it.",
  );
}

function placeKey(id: string, capture: CaptureLevel): string {
  return `${id} ${capture}`;
}
