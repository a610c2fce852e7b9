/** The thread in which libhdf5 runs, with one file open at a time. */
import { parentPort } from "node:worker_threads";
import { failure, UnrollError } from "../core/errors.js";
import type { StoredArray } from "../core/formats/arrays.js";
import { guarded } from "../core/formats/source.js";
import { openWithLibrary } from "./hdf5Library.js";
import type { Hdf5Answer, Hdf5Contents, Hdf5Request } from "./hdf5Messages.js";
import type { Result } from "../core/result.js";

let opened: { readonly arrays: readonly StoredArray[]; close(): void } | null = null;

async function open(file: string): Promise<Result<Hdf5Contents>> {
  opened?.close();
  opened = null;
  const found = await openWithLibrary(file);
  if (!found.ok) return found;
  opened = found.value;
  const { arrays, refused } = found.value;
  return { ok: true, value: { arrays: arrays.map(({ read: _, raw: __, ...about }) => about), refused } };
}

function read({ array, from, count }: Extract<Hdf5Request, { type: "read" }>): Promise<Result<Float32Array<ArrayBuffer>>> {
  return guarded(async () => {
    const stored = opened?.arrays[array];
    if (stored === undefined) throw new UnrollError(failure("INVALID_ARGUMENT", "The file holds no array of numbers."));
    return (await stored.read(from, count)) as Float32Array<ArrayBuffer>;
  });
}

parentPort?.on("message", (request: Hdf5Request) => {
  const { id } = request;
  const send = (answer: Hdf5Answer): void =>
    parentPort?.postMessage(answer, answer.type === "numbers" && answer.values.ok ? [answer.values.value.buffer] : []);
  if (request.type === "open") void open(request.file).then((file) => send({ id, type: "opened", file }));
  else void read(request).then((values) => send({ id, type: "numbers", values }));
});
