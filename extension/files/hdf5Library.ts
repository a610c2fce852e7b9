/** HDF5 files, read by libhdf5 itself, compiled to WebAssembly and loaded with the first such file: in a thread of its own (hdf5.ts). */
import type { Dataset, Group } from "h5wasm";
import { type Failure, failure, UnrollError } from "../core/errors.js";
import { type ArrayFile, MAX_AXES, sizeOf, type StoredArray } from "../core/formats/arrays.js";
import { type Dtype, dtypeOf, isExact, toFloats } from "../core/formats/dtype.js";
import { tooManyAxes } from "../core/formats/npy.js";
import { guarded } from "../core/formats/source.js";
import type { Result } from "../core/result.js";

const MAX_DEPTH = 16;
const MAX_OBJECTS = 4096;
/** Numbers of one call into the library. */
const STEP = 2 ** 22;

type Library = typeof import("h5wasm/node");
type Module = Awaited<Library["ready"]>;

/** Links to other files are not followed: a file speaks for itself only. */
export function openWithLibrary(file: string): Promise<Result<ArrayFile & { close(): void }>> {
  return guarded(async () => {
    // dist/h5wasm holds the library as it is published (webpack.config.js).
    const library = await import("h5wasm/node");
    const module = await library.ready;
    // Else every failed call prints a page about where in the library it failed.
    module.activate_throwing_error_handler();
    const opened = openWith(library, file);
    const found = { arrays: [] as StoredArray[], refused: [] as { name: string; reason: Failure }[], left: MAX_OBJECTS };
    try {
      walk(library, module, opened, found, 0);
    } catch (error) {
      opened.close();
      throw error;
    }
    return { arrays: found.arrays, refused: found.refused, notes: [], close: () => void opened.close() };
  });
}

function openWith(library: Library, file: string): InstanceType<Library["File"]> {
  try {
    return new library.File(file, "r");
  } catch {
    // What the library says is a page about its own source.
    throw new UnrollError(failure("PARSE", "This is no HDF5 file, or it is damaged: libhdf5 cannot open it."));
  }
}

interface Found {
  readonly arrays: StoredArray[];
  readonly refused: { name: string; reason: Failure }[];
  left: number;
}

function walk(library: Library, module: Module, group: Group, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const key of group.keys()) {
    if (found.left-- <= 0) return;
    const entity = group.get(key);
    if (entity instanceof library.Group) walk(library, module, entity, found, depth + 1);
    else if (entity instanceof library.Dataset) {
      const name = entity.path.replace(/^\//, "");
      const array = arrayOf(module, entity, name);
      if ("code" in array) found.refused.push({ name, reason: array });
      else found.arrays.push(array);
    }
  }
}

function arrayOf(module: Module, dataset: Dataset, name: string): StoredArray | Failure {
  const { metadata } = dataset;
  const { shape } = metadata;
  const dtype = dtypeOfDataset(module, metadata);
  if (metadata.virtual_sources !== undefined)
    return failure("UNSUPPORTED", "The dataset's numbers lie in other files, which are not read.");
  if (shape === null || dtype === null)
    return failure("UNSUPPORTED", "The dataset holds no plain numbers: whole numbers and floats of up to 8 bytes can be read.");
  if (!Number.isSafeInteger(sizeOf(shape) * dtype.size)) return failure("PARSE", "The dataset's shape is not a list of sizes.");
  if (shape.length > MAX_AXES) return tooManyAxes(shape.length);
  return {
    ...{ name, dtype: dtype.name, shape, fortranOrder: false, columns: null, rounds: !isExact(dtype), raw: null },
    bytes: sizeOf(shape) * dtype.size,
    read: (from, count) => {
      const out = new Float32Array(count);
      let at = 0;
      for (const box of boxesOf(shape, from, count)) {
        const values = toFloats(readBytes(module, dataset, box, dtype.size), dtype);
        out.set(values, at);
        at += values.length;
      }
      return Promise.resolve(out);
    },
  };
}

/** The library gives numbers little-endian, whatever the file's order. */
function dtypeOfDataset(module: Module, { type, size, signed, enum_type: members }: Dataset["metadata"]): Dtype | null {
  const { H5T_INTEGER, H5T_FLOAT, H5T_ENUM } = module.H5T_class_t;
  if (type === H5T_ENUM.value) return size === 1 && members?.members["TRUE"] === 1 ? dtypeOf("bool", 1) : null;
  if (type === H5T_FLOAT.value) return [2, 4, 8].includes(size) ? dtypeOf("float", size) : null;
  return type === H5T_INTEGER.value && [1, 2, 4, 8].includes(size) ? dtypeOf(signed ? "int" : "uint", size) : null;
}

interface Box {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/** Boxes that have exactly the elements [from, from + count), in order, none larger than a step. */
export function* boxesOf(shape: readonly number[], from: number, count: number): Generator<Box> {
  const end = from + count;
  for (let at = from; at < end;) {
    let axis = 0;
    let inner = sizeOf(shape.slice(1));
    // The outermost axis of which whole entries can be taken from here.
    while (axis < shape.length - 1 && (at % inner !== 0 || end - at < inner || inner > STEP)) {
      axis++;
      inner = sizeOf(shape.slice(axis + 1));
    }
    const start = shape.map((d, i) => Math.floor(at / sizeOf(shape.slice(i + 1))) % d);
    const room = (shape[axis] ?? 1) - (start[axis] ?? 0);
    const taken = Math.max(1, Math.min(room, Math.floor((end - at) / inner), Math.floor(STEP / inner)));
    yield { start, count: shape.map((d, i) => (i < axis ? 1 : i === axis ? taken : d)) };
    at += taken * inner;
  }
}

function readBytes(module: Module, dataset: Dataset, { start, count }: Box, size: number): Uint8Array {
  const length = sizeOf(count) * size;
  const place = module._malloc(length);
  if (place === 0) throw new UnrollError(failure("OUT_OF_MEMORY", "There is no memory for {bytes} bytes of the file.", { bytes: length }));
  try {
    const [counts, starts, strides] = [count, start, count.map(() => 1)].map((list) => list.map(BigInt)) as [bigint[], bigint[], bigint[]];
    const select = count.length === 0 ? [null, null, null] : [counts, starts, strides];
    const status = module.get_dataset_data(
      dataset.file_id,
      dataset.path,
      select[0] ?? null,
      select[1] ?? null,
      select[2] ?? null,
      BigInt(place),
    );
    if (status < 0)
      throw new UnrollError(
        failure("PARSE", "The dataset “{name}” is damaged, or is packed in a way that libhdf5 lacks.", { name: dataset.path }),
      );
    return module.HEAPU8.slice(place, place + length);
  } finally {
    module._free(place);
  }
}
