/** `unroll check MODEL DATA`: the same model on the same data on every device; the largest difference by layer and step. */
import { firstBeyond, largestOf, pairAgrees, stepSeries, tensorAgrees, worstOf } from "../core/compare.js";
import { UnrollError } from "../core/errors.js";
import { say } from "../core/messages.js";
import { MEMORY_DEFAULT_BYTES } from "../core/model/limits.js";
import { readModel, readModelText } from "../core/model/read.js";
import { shapeText } from "../core/model/shapes.js";
import type { CheckReport, PairCheck, TensorCheck } from "../core/protocol/check.js";
import { Session } from "../engine/session.js";
import type { Options } from "./cliArguments.js";
import { readRunInput } from "./cliInput.js";

/** Most steps that are printed of a layer; more are joined. */
const PRINTED_STEPS = 16;

/** @returns whether all devices agree. @throws UnrollError where there is nothing to compare */
export async function check(modelName: string, dataName: string, options: Options): Promise<boolean> {
  const { model, shape, values } = await readRunInput(modelName, dataName);
  const spec = typeof model === "string" ? readModelText(model) : readModel(model);
  if (!spec.ok) throw new UnrollError(spec.error);
  const { device, threads, gpuPrecision } = options;
  const session = new Session({ device, threads, gpuPrecision, memoryLimitBytes: MEMORY_DEFAULT_BYTES });
  try {
    const loaded = session.load(spec.value, null, options.seed ?? spec.value.seed ?? 0, "js");
    const report = await session.check(loaded, { x: { shape, data: values } }, {}, device === "auto" ? undefined : device);
    console.log(options.json ? JSON.stringify(asJson(report)) : asText(report));
    const apart = report.pairs.find((pair) => !pairAgrees(pair));
    if (apart !== undefined) console.error(partedText(report, apart));
    return apart === undefined;
  } finally {
    await session.dispose();
  }
}

function partedText({ reference }: CheckReport, pair: PairCheck): string {
  return `${pair.kind} and ${reference} differ beyond the tolerance, first in ${placeText(firstBeyond(pair))}.`;
}

/** "lstm states/h, step 3"; a tensor without steps by its name alone. */
function placeText(tensor: TensorCheck | null): string {
  if (tensor === null) return "";
  const { layerName, name, firstBeyond: step } = tensor;
  return `${layerName} ${name}${step === null ? "" : `, step ${step + 1}`}`;
}

function asText(report: CheckReport): string {
  const { reference, absolute, relative, pairs, missing } = report;
  const lines = [`Tolerance: ${absolute.toExponential()} + ${relative.toExponential()} × |${reference}|`];
  for (const pair of pairs) {
    const verdict = pairAgrees(pair) ? "agree" : `differ, first in ${placeText(firstBeyond(pair))}`;
    const worst = worstOf(pair);
    lines.push("", `${pair.kind} ⇄ ${reference}: ${verdict}; largest difference ${numberText(largestOf(pair))}, ${ratioText(worst)}`);
    lines.push(`${pair.kind}: ${pair.name}`, "", ...tensorTable(pair), "", ...stepLines(pair));
  }
  if (missing.length > 0) lines.push("");
  for (const { kind, reason } of missing) lines.push(`${kind}: not compared. ${reason === null ? "" : say(reason)}`);
  return lines.join("\n");
}

function tensorTable(pair: PairCheck): string[] {
  const rows = pair.tensors.map((tensor) => [
    tensor.layerName,
    tensor.name,
    shapeText(tensor.shape),
    numberText(tensor.largest),
    tensor.ofTolerance === null ? "∞" : tensor.ofTolerance.toFixed(4),
    tensor.at === null ? "" : `[${tensor.at.join(", ")}]`,
    tensorAgrees(tensor) ? "" : "beyond",
  ]);
  const table = [["layer", "tensor", "shape", "largest", "× tolerance", "at", ""], ...rows];
  const widths = (table[0] as string[]).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** One line a layer and direction: the largest difference of each step, in the order in which the steps are taken. */
function stepLines(pair: PairCheck): string[] {
  return stepSeries(pair).map(({ layerName, prefix, span, steps, firstBeyond: first }) => {
    const joined = Math.max(1, Math.ceil(steps.length / PRINTED_STEPS));
    const shown = Array.from({ length: Math.ceil(steps.length / joined) }, (_, i) => {
      const part = steps.slice(i * joined, (i + 1) * joined);
      return `${i * joined * span + 1}: ${numberText(Math.max(...part))}`;
    });
    const beyond = first === null ? "" : ` (beyond from step ${first + 1})`;
    const from = joined * span === 1 ? "by step" : `by ${joined * span} steps`;
    return `${layerName}${prefix === "" ? "" : ` ${prefix.slice(0, -1)}`} ${from}${beyond}  ${shown.join("  ")}`;
  });
}

function asJson({ reference, absolute, relative, pairs, missing }: CheckReport): object {
  return {
    agreed: pairs.every(pairAgrees),
    reference,
    tolerance: { absolute, relative },
    devices: pairs.map((pair) => {
      const first = firstBeyond(pair);
      return {
        kind: pair.kind,
        name: pair.name,
        agreed: pairAgrees(pair),
        largest: largestOf(pair),
        first: first === null ? null : { layer: first.layerName, tensor: first.name, step: first.firstBeyond },
        tensors: pair.tensors.map(({ layerName, span, ...rest }) => ({ ...rest, layerName, stepsPerEntry: span })),
      };
    }),
    missing: missing.map(({ kind, reason }) => (reason === null ? { kind } : { kind, reason: say(reason) })),
  };
}

function ratioText(worst: TensorCheck | null): string {
  if (worst === null) return "0 × tolerance";
  return worst.ofTolerance === null ? "and numbers that only one has" : `${worst.ofTolerance.toFixed(4)} × tolerance`;
}

function numberText(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}
