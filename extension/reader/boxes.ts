/** Arrays of a file that somebody looks at: boxes of them from a file that stays open a while, and what all their numbers are like. */
import { stat } from "node:fs/promises";
import { failure, orThrow, UnrollError } from "../core/errors.js";
import { readBoxExactly, type StoredArray } from "../core/formats/arrays.js";
import { type ArrayStats, statsOfArray, type Watch } from "../core/formats/arrayStats.js";
import type { Numbers } from "../core/formats/dtype.js";
import { guarded } from "../core/formats/source.js";
import type { ReaderRequest } from "../core/protocol/reader.js";
import type { Result } from "../core/result.js";
import { openArrays, type OpenArrays } from "../files/dataFile.js";
import { unreadable } from "../files/fileSource.js";

/** A file that is looked at stays open: a packed one would be unpacked anew for each box. */
const HELD_MS = 20_000;
const PROGRESS_MS = 100;

interface Held {
  readonly path: string;
  /** When it was written, and how long it is: a file that was written again is opened again. */
  readonly version: string;
  readonly opened: Promise<OpenArrays>;
  timer: NodeJS.Timeout;
}

let held: Held | null = null;

function letGo(): void {
  const last = held;
  held = null;
  if (last === null) return;
  clearTimeout(last.timer);
  last.opened.then((opened) => opened.close()).catch(() => undefined);
}

/** @throws UnrollError */
async function arraysOf(path: string): Promise<OpenArrays> {
  const opened = await openArrays(path);
  if (opened === null) throw new UnrollError(failure("PARSE", "The file holds no array of numbers."));
  return opened;
}

/** @throws UnrollError */
async function heldArrays(path: string): Promise<OpenArrays> {
  const { mtimeMs, size } = await stat(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
  const version = `${mtimeMs} ${size}`;
  if (held?.path !== path || held.version !== version) {
    letGo();
    held = { path, version, opened: arraysOf(path), timer: setTimeout(letGo, HELD_MS) };
  }
  const mine = held;
  clearTimeout(mine.timer);
  mine.timer = setTimeout(letGo, HELD_MS);
  return mine.opened.catch((error: unknown) => {
    if (held === mine) letGo();
    throw error;
  });
}

/** @throws UnrollError where the file has become another since it was listed */
function arrayAt({ arrays }: OpenArrays, index: number): StoredArray {
  const array = arrays[index];
  if (array === undefined) throw new UnrollError(failure("INVALID_ARGUMENT", "The file has changed. Open it again."));
  return array;
}

export function boxOf({ path, array, start, count }: Extract<ReaderRequest, { type: "readBox" }>): Promise<Result<Numbers>> {
  return guarded(async () => orThrow(await readBoxExactly(arrayAt(await heldArrays(path), array), start, count)));
}

/** Those that are to end. */
const cancelled = new Set<number>();
const running = new Set<number>();

export function cancelStats(id: number): void {
  if (running.has(id)) cancelled.add(id);
}

/** In a file of its own: a packed one is unpacked from its start to its end, whatever boxes are looked at meanwhile. */
export function statsOf(
  { id, path, array }: Extract<ReaderRequest, { type: "stats" }>,
  progress: Watch["progress"],
): Promise<Result<ArrayStats>> {
  running.add(id);
  let last = Date.now();
  const watch: Watch = {
    cancelled: () => cancelled.has(id),
    progress: (done, total) => {
      if (Date.now() - last < PROGRESS_MS) return;
      last = Date.now();
      progress(done, total);
    },
  };
  return guarded(async () => {
    const opened = await arraysOf(path);
    try {
      return orThrow(await statsOfArray(arrayAt(opened, array), watch));
    } finally {
      await opened.close();
    }
  }).finally(() => {
    running.delete(id);
    cancelled.delete(id);
  });
}
