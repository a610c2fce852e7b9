/** The worker thread that reads selected text and models in code, so that no text can freeze the editor. */
import { parentPort, type TransferListItem } from "node:worker_threads";
import { readingsOf } from "../core/code/readings.js";
import { writeCode } from "../core/code/write/writeModelCode.js";
import { msg } from "../core/messages.js";
import { buffersOf, decodeReaderRequest, type ReaderAnswer, type ReaderRequest } from "../core/protocol/reader.js";
import { applyReading } from "../core/reading/applyReading.js";
import { enclosingRange } from "../core/text/enclosing.js";
import { parseSelections } from "../core/text/several.js";
import { boxOf, cancelStats, statsOf } from "./boxes.js";
import { contentOf, numbersOf } from "./files.js";

/** undefined: the request has no answer of its own. `send`: for what comes before the answer. */
function answerTo(request: ReaderRequest, send: (answer: ReaderAnswer) => void): ReaderAnswer | Promise<ReaderAnswer> | undefined {
  const { id } = request;
  switch (request.type) {
    case "read": {
      const { text, starts, languageId, ragged, missing, maxBytes } = request;
      return { type: "selection", id, selection: parseSelections(text, starts, { languageId, ragged, missing, maxBytes }) };
    }
    case "shape":
      return { type: "shaped", id, shaped: applyReading(request.numbers, request.reading, request.target) };
    case "openFile":
      return contentOf(request.path).then((file) => ({ type: "file", id, file }));
    case "readFile":
      return numbersOf(request).then((selection) => ({ type: "selection", id, selection }));
    case "readBox":
      return boxOf(request).then((values) => ({ type: "box", id, values }));
    case "stats":
      return statsOf(request, (done, total) => send({ type: "progress", id, done, total })).then((stats) => ({ type: "stats", id, stats }));
    case "cancel":
      cancelStats(request.target);
      return undefined;
    case "enclosing": {
      const range = enclosingRange(request.text, request.offset, request.languageId);
      return range === undefined ? { type: "none", id } : { type: "range", id, start: range.start, end: range.end };
    }
    case "models":
      return { type: "models", id, models: readingsOf(request.text, request.languageId) };
    case "write":
      return { type: "code", id, code: writeCode(request.model, request.target) };
  }
}

/** A request that does not decode is answered too where it names its id: nobody waits in vain. */
function refusalTo(raw: unknown): ReaderAnswer | undefined {
  const id: unknown = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : undefined;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0) return undefined;
  return {
    type: "selection",
    id,
    selection: {
      ok: false,
      kind: "not-an-array",
      message: msg("The selection did not reach the reader as text. Select it again."),
      start: 0,
      end: 0,
    },
  };
}

const port = parentPort;
port?.on("message", (raw: unknown) => {
  const request = decodeReaderRequest(raw);
  const send = (answer: ReaderAnswer): void => port.postMessage(answer, buffersOf(answer) as TransferListItem[]);
  const answer = request === undefined ? refusalTo(raw) : answerTo(request, send);
  // What is read from a text is answered in the call: nothing that came later goes before it.
  if (answer instanceof Promise) void answer.then(send);
  else if (answer !== undefined) send(answer);
});
