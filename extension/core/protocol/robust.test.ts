/** Whatever another process says, the decoders answer; what they let through is a message that they let through again. */
import assert from "node:assert/strict";
import { Random } from "../model/random.js";
import type { Decoder } from "./decode.js";
import { type DesignerFromHost, type DesignerFromView, decodeDesignerFromHost, decodeDesignerFromView } from "./designer.js";
import { decodeEngineAnswer, decodeEngineRequest, type EngineAnswer, type EngineRequest } from "./engine.js";
import { decodeReaderAnswer, decodeReaderRequest, type ReaderAnswer, type ReaderRequest } from "./reader.js";
import { decodeResultsFromHost, decodeResultsFromView, type ResultsFromHost, type ResultsFromView } from "./results.js";
import { decodeTensorFromHost, decodeTensorFromView, type TensorFromHost, type TensorFromView } from "./tensor.js";

/** Of each direction; the long form counts UNROLL_CASES. */
const RUNS = Number(process.env["UNROLL_CASES"] ?? 4000);
const SEED = Number(process.env["UNROLL_SEED"] ?? 1);

/** Every message by name: the compiler says which is missing. */
type Names<T extends { type: string }> = Record<T["type"], true>;
const engineRequests: Names<EngineRequest> = { hello: true, load: true, run: true, runFile: true, check: true, sensitivity: true, trace: true, diagnose: true, cancel: true, readSlice: true, readBand: true, difference: true, release: true, unload: true, weights: true, states: true, resetStates: true, ping: true }; // prettier-ignore
const engineAnswers: Names<EngineAnswer> = { difference: true, welcome: true, progress: true, ran: true, fileRan: true, checked: true, horizon: true, traced: true, diagnosis: true, slice: true, band: true, tensors: true, done: true, pong: true, failed: true }; // prettier-ignore
const readerRequests: Names<ReaderRequest> = { read: true, shape: true, openFile: true, readFile: true, readBox: true, stats: true, cancel: true, enclosing: true, models: true, write: true }; // prettier-ignore
const readerAnswers: Names<ReaderAnswer> = { models: true, file: true, box: true, progress: true, stats: true, selection: true, shaped: true, range: true, none: true, code: true }; // prettier-ignore
const designerFromView: Names<DesignerFromView> = { ready: true, editModel: true, undo: true, redo: true, runRequested: true, cancelRequested: true, deviceChosen: true, actionChosen: true, command: true }; // prettier-ignore
const designerFromHost: Names<DesignerFromHost> = { init: true, state: true }; // prettier-ignore
const resultsFromView: Names<ResultsFromView> = { ready: true, cancelRequested: true, actionChosen: true, command: true, sliceRequested: true, asked: true, askCancelled: true, pointedAt: true, bandRequested: true, saveRequested: true, exported: true, codeOpened: true, compareChosen: true, measureRequested: true, copyRequested: true }; // prettier-ignore
const resultsFromHost: Names<ResultsFromHost> = { slice: true, band: true, init: true, state: true, sliceFailed: true, answerProgress: true, answered: true, unanswered: true, cursorAt: true, exportAsked: true, compare: true, measured: true, measureFailed: true }; // prettier-ignore
const tensorFromView: Names<TensorFromView> = { ready: true, reopen: true, sliceRequested: true, statsRequested: true, statsCancelled: true, copyRequested: true, run: true }; // prettier-ignore
const tensorFromHost: Names<TensorFromHost> = { init: true, file: true, slice: true, sliceFailed: true, stats: true }; // prettier-ignore

const directions: readonly (readonly [string, Decoder<unknown>, object])[] = [
  ["to the engine", decodeEngineRequest, engineRequests],
  ["from the engine", decodeEngineAnswer, engineAnswers],
  ["to the reader", decodeReaderRequest, readerRequests],
  ["from the reader", decodeReaderAnswer, readerAnswers],
  ["from the designer", decodeDesignerFromView, designerFromView],
  ["to the designer", decodeDesignerFromHost, designerFromHost],
  ["from the results", decodeResultsFromView, resultsFromView],
  ["to the results", decodeResultsFromHost, resultsFromHost],
  ["from the tensor viewer", decodeTensorFromView, tensorFromView],
  ["to the tensor viewer", decodeTensorFromHost, tensorFromHost],
];

const atoms: readonly unknown[] = [
  0, 1, 2, -1, 1.5, NaN, Infinity, 2 ** 53, "", "x", "cpu", "js", "h", "none", "__proto__", "<img onerror=1>", true, false, null, undefined, [], {},
  new Float32Array(2), new Float64Array(2), new Int32Array(1), new ArrayBuffer(8), new Date(0), () => 1, Symbol("s"), 1n, new Map(), /x/,
]; // prettier-ignore

/**
 * An object that has every field that a decoder asks for, each made up when it is asked for first: so chance gets as deep as the
 * decoder looks, and needs to know nothing of it.
 */
function madeUp(random: Random, depth: number, fields: Record<string, unknown> = {}): object {
  const value = (key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : (fields[key] = anything(random, depth + 1)));
  return new Proxy(fields, {
    get: (target, key) => (typeof key === "symbol" ? Reflect.get(target, key) : value(key)),
    getOwnPropertyDescriptor: (_, key) =>
      typeof key === "symbol" ? undefined : { value: value(key), configurable: true, enumerable: true, writable: true },
  });
}

function anything(random: Random, depth: number): unknown {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)] as T;
  const kind = random.uniform();
  if (depth < 6 && kind < 0.3) return madeUp(random, depth);
  if (depth < 6 && kind < 0.5) return Array.from({ length: Math.floor(random.uniform() * 4) }, () => anything(random, depth + 1));
  // What fits is what gets on.
  return kind < 0.8 ? one(atoms.slice(0, 3)) : one(atoms);
}

/** The values of a message that was let through, without what makes them up. */
const plain = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(plain)
    : typeof value === "object" && value !== null && !ArrayBuffer.isView(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
      : value;

describe("messages", () => {
  for (const [title, decode, names] of directions)
    it(`${title}: none makes the decoder throw, and what it takes it takes again`, () => {
      const random = new Random(SEED);
      const taken = new Set<string>();
      const types = Object.keys(names);
      for (let i = 0; i < RUNS; i++) {
        const type = types[i % types.length] as string;
        const decoded = decode(madeUp(random, 0, { type }));
        if (decoded === undefined) continue;
        taken.add(type);
        assert.deepEqual(plain(decode(decoded)), plain(decoded));
      }
      for (const value of [...atoms, { type: 1 }, { type: "nonsense" }, { type: "__proto__" }, { type: "constructor" }])
        assert.equal(decode(value), undefined);
      assert.ok(taken.size > 0, "no message got through: chance does not get deep enough");
    });
});
