/** A run's record ⇄ what is kept of it. */
import * as vscode from "vscode";
import { readModel } from "../../core/model/read.js";
import { writeModel } from "../../core/model/write.js";
import { KEPT_VERSION, type KeptRun } from "../../core/runs/keptRun.js";
import type { RunRecord } from "./records.js";
import { pack, type RunNumbers } from "./runFiles.js";

/** No engine has results under this id: the values are computed again when somebody looks. */
export const NO_RESULT = 0;

export type About = Pick<KeptRun, "number" | "when" | "title" | "live">;

export function keptOf(record: RunRecord, about: About): { readonly kept: KeptRun; readonly numbers: Buffer } {
  const { id, model, seed, asked, device, tensors, timing, data } = record;
  const { uri, languageId, offset, range, text } = data.source;
  const states = record.startStates ?? null;
  const floats = states?.map((state) => Float32Array.from(state.data)) ?? null;
  const all: RunNumbers = { values: data.values, mask: data.mask, states: floats, text };
  const [numbers, file] = pack(data.shape, all, states?.map((state) => state.shape) ?? null);
  const kept: KeptRun = {
    ...{ version: KEPT_VERSION, id, ...about, pinned: false, fatal: false },
    ...{ model: writeModel(model), seed, asked: asked ?? null, device, timing },
    tensors: tensors.map((tensor) => ({ ...tensor, data: null })),
    ...{ name: data.name, written: data.written, notes: data.notes, data: file },
    source: {
      uri: uri.toString(),
      languageId,
      offset,
      range: [range.start.line, range.start.character, range.end.line, range.end.character],
    },
  };
  return { kept, numbers };
}

/** undefined: the model is of a version that cannot be read any more. */
export function recordOf(kept: KeptRun, numbers: RunNumbers): RunRecord | undefined {
  const model = readModel(kept.model);
  if (!model.ok) return undefined;
  const { id, seed, tensors, timing, device, source, data } = kept;
  const [startLine = 0, startColumn = 0, endLine = 0, endColumn = 0] = source.range;
  const startStates = data.states?.map((shape, i) => ({ shape, data: numbers.states?.[i] ?? new Float32Array() }));
  return {
    ...{ id, resultId: NO_RESULT, model: model.value, seed, tensors, timing, device },
    ...(kept.asked !== null && { asked: kept.asked }),
    startStates,
    data: {
      source: {
        uri: vscode.Uri.parse(source.uri),
        languageId: source.languageId,
        text: numbers.text,
        offset: source.offset,
        range: new vscode.Range(startLine, startColumn, endLine, endColumn),
      },
      ...{ name: kept.name, written: kept.written, shape: data.shape, values: numbers.values, mask: numbers.mask, notes: kept.notes },
    },
  };
}
