/** What the editor shows of the models in a source: plain data, so that it can be made in another thread. */
import type { Message } from "../messages.js";
import { type CodeModel, readModelCode } from "./readModelCode.js";
import { type LayerInCode, shapesInCode } from "./shapesInCode.js";
import { type TextFix, textFix } from "./textFix.js";

export type { TextFix } from "./textFix.js";

/** A layer at the place of its constructor. */
export interface LayerReading extends Omit<LayerInCode, "trouble"> {
  /** What is wrong with what the layer gets, and the edits of the source that mend it for sure. */
  readonly trouble: Message | null;
  readonly fixes: readonly TextFix[];
}

export interface CodeReading extends Omit<CodeModel, "layerRanges" | "gaps"> {
  readonly layers: readonly LayerReading[];
}

export function readingsOf(source: string, languageId: string): CodeReading[] {
  return readModelCode(source, languageId).map((model) => readingOf(source, model));
}

function readingOf(source: string, model: CodeModel): CodeReading {
  const { start, end, name, framework, config, problems } = model;
  const layers = shapesInCode(model).map(({ trouble, ...layer }): LayerReading => {
    const fixes = (trouble?.fixes ?? []).map((fix) => textFix(source, model, fix)).filter((fix) => fix !== null);
    return { ...layer, trouble: trouble?.message ?? null, fixes };
  });
  return { start, end, name, framework, config, layers, problems };
}
