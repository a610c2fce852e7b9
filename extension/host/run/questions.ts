/** Answers what the results view asks about the newest run; its model is loaded once more for that, and stays until the next run. */
import * as vscode from "vscode";
import { type AnswerOf, expected } from "../../client/expected.js";
import { UnrollError } from "../../core/errors.js";
import { memoryOf } from "../../core/memory.js";
import { directionsOf } from "../../core/model/spec.js";
import { writeModel } from "../../core/model/write.js";
import { valuesGone } from "../../core/protocol/gone.js";
import type { WireTensor } from "../../core/protocol/engine.js";
import type { Answer, MemoryQuestion, Question } from "../../core/protocol/questions.js";
import type { TraceQuestion } from "../../core/trace/trace.js";
import type { Engine } from "../engine.js";
import type { Reader } from "../reader.js";
import { inputOf, type RunRecord } from "./records.js";
import type { RunController } from "./runController.js";
import type { RunValues } from "./runValues.js";

export interface AskControls {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Ids of models that neither runs nor checks use. */
const FIRST_MODEL_ID = 2 ** 42;

/** The model of a record, once somebody asked about it. */
interface Held {
  readonly record: RunRecord;
  readonly modelId: number;
  readonly loaded: Promise<void>;
  /** Aborted when a run starts: it would wait for what is computed here. */
  readonly over: AbortController;
}

export class Questions implements vscode.Disposable {
  private held: Held | null = null;
  private ids = FIRST_MODEL_ID;
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly engine: Engine,
    private readonly runs: RunController,
    private readonly values: RunValues,
    private readonly reader: Reader,
  ) {
    this.subscriptions = runs.onDidStart(() => this.letGo());
  }

  /** @throws UnrollError */
  async answer(runId: string, question: Question, { signal, onProgress }: AskControls): Promise<Answer> {
    const { record } = this.runs;
    if (record === null || record.id !== runId) throw new UnrollError(valuesGone());
    if (question.about === "code") {
      const code = await this.reader.write(writeModel(record.model), question.target);
      if (!code.ok) throw new UnrollError(code.error);
      return { about: "code", text: code.value };
    }
    const { modelId, loaded, over } = this.model(record);
    const controls = { onProgress, signal: AbortSignal.any([signal, over.signal]) };
    await loaded;
    return question.about === "trace"
      ? { about: "trace", trace: await this.trace(record, modelId, question.trace, controls) }
      : { about: "memory", memory: await this.memory(record, modelId, question.memory, controls) };
  }

  dispose(): void {
    this.letGo();
    this.subscriptions.dispose();
  }

  private letGo(): void {
    if (this.held === null) return;
    this.held.over.abort();
    this.engine.unload(this.held.modelId);
    this.held = null;
  }

  private model(record: RunRecord): Held {
    if (this.held?.record === record) return this.held;
    this.letGo();
    const { model, seed, device } = record;
    const modelId = ++this.ids;
    const stored = { model: writeModel(model), weights: null, seed, ...(device.used !== null && { device: device.used }) };
    // Not to be cancelled: that could end the engine under the run that comes next.
    const loaded = this.engine.load(modelId, stored);
    const held = (this.held = { record, modelId, loaded, over: new AbortController() });
    // Asked again, it is tried again.
    loaded.catch(() => {
      if (this.held === held) this.held = null;
    });
    return held;
  }

  private async trace(
    record: RunRecord,
    modelId: number,
    question: TraceQuestion,
    controls: AskControls,
  ): Promise<AnswerOf<"traced">["trace"]> {
    const { x, mask } = rowOf(record, question.row);
    const states = record.startStates?.map((state) => rowOfState(state, question.row)) ?? null;
    const answer = await this.values.at(record, 1, ({ resultId }) =>
      this.engine.ask({ type: "trace", modelId, resultId, x, mask, states, question }, controls),
    );
    return expected("traced", answer).trace;
  }

  private async memory(
    record: RunRecord,
    modelId: number,
    question: MemoryQuestion,
    controls: AskControls,
  ): Promise<ReturnType<typeof memoryOf>> {
    const { layer, backward, row } = question;
    const spec = record.model.layers[layer];
    const directions = spec === undefined ? [] : directionsOf(spec);
    const remembering = spec?.className === "Bidirectional" ? directions[backward ? 1 : 0] : directions.at(-1);
    // A stateful model insists on its batch.
    const whole = record.model.layers.some((one) => directionsOf(one).some(({ stateful }) => stateful));
    const { x, mask } = whole ? inputOf(record.data) : rowOf(record, row);
    const sample = whole ? row : 0;
    const answer = await this.engine.ask({ type: "sensitivity", modelId, x, mask, layer, backward, sample }, controls);
    const { stateNorms, inputGradient } = expected("horizon", answer);
    return memoryOf(stateNorms, remembering?.units ?? 1, inputGradient);
  }
}

function rowOfState({ shape, data }: WireTensor, row: number): WireTensor {
  const units = shape[1] as number;
  return { shape: [1, units], data: data.slice(row * units, (row + 1) * units) };
}

/** One row of the batch: only what is needed crosses to the engine. */
function rowOf({ data }: RunRecord, row: number): { readonly x: WireTensor; readonly mask: WireTensor | null } {
  const [batch, ...rest] = data.shape as [number, ...number[]];
  const of = <T extends Float32Array | Uint8Array>(all: T): T => {
    const size = all.length / batch;
    return all.slice(row * size, (row + 1) * size) as T;
  };
  const mask = data.mask === null ? null : { shape: [1, rest[0] as number], data: Int32Array.from(of(data.mask)) };
  return { x: { shape: [1, ...rest], data: of(data.values) }, mask };
}
