/** The types of numbers in files, and their bytes as float32, or with all their digits. */
export interface Dtype {
  /** As NumPy calls it. */
  readonly name: string;
  readonly kind: "float" | "int" | "uint" | "bool" | "bfloat";
  /** Of one number, in bytes. */
  readonly size: number;
  readonly littleEndian: boolean;
}

const prefixes = { float: "float", int: "int", uint: "uint", bool: "bool", bfloat: "bfloat" } as const;

export function dtypeOf(kind: Dtype["kind"], size: number, littleEndian = true): Dtype {
  return { name: kind === "bool" ? "bool" : `${prefixes[kind]}${size * 8}`, kind, size, littleEndian };
}

/** Numbers with all their digits: whole numbers of 64 bits as such, others that float32 would round as float64. */
export type Numbers = Float32Array | Float64Array | BigInt64Array | BigUint64Array;

/** Whether float32 has every number of the type. */
export function isExact({ kind, size }: Dtype): boolean {
  return kind === "bool" || kind === "bfloat" || (kind === "float" ? size <= 4 : size <= 2);
}

/** The machine's own order: nothing has to be turned there. */
export const nativeLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const scratchBits = new Uint32Array(1);
const scratchFloat = new Float32Array(scratchBits.buffer);

/** IEEE half: 1 sign, 5 exponent, 10 mantissa bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** The upper half of a float32. */
function bfloatToFloat(bits: number): number {
  scratchBits[0] = bits << 16;
  return scratchFloat[0] as number;
}

type Reader = (view: DataView, at: number, little: boolean) => number;

const readers: Readonly<Record<string, Reader>> = {
  float2: (view, at, little) => halfToFloat(view.getUint16(at, little)),
  float4: (view, at, little) => view.getFloat32(at, little),
  float8: (view, at, little) => view.getFloat64(at, little),
  bfloat2: (view, at, little) => bfloatToFloat(view.getUint16(at, little)),
  bool1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  int1: (view, at) => view.getInt8(at),
  int2: (view, at, little) => view.getInt16(at, little),
  int4: (view, at, little) => view.getInt32(at, little),
  int8: (view, at, little) => view.getInt32(at + (little ? 4 : 0), little) * 2 ** 32 + view.getUint32(at + (little ? 0 : 4), little),
  uint1: (view, at) => view.getUint8(at),
  uint2: (view, at, little) => view.getUint16(at, little),
  uint4: (view, at, little) => view.getUint32(at, little),
  uint8: (view, at, little) => view.getUint32(at + (little ? 4 : 0), little) * 2 ** 32 + view.getUint32(at + (little ? 0 : 4), little),
};

/** bytes: whole numbers of the type; the result never shares their memory. */
export function toFloats(bytes: Uint8Array, dtype: Dtype): Float32Array {
  const count = Math.floor(bytes.length / dtype.size);
  const out = new Float32Array(count);
  if (dtype.kind === "float" && dtype.size === 4 && dtype.littleEndian === nativeLittle) {
    new Uint8Array(out.buffer).set(bytes.subarray(0, count * 4));
    return out;
  }
  fill(out, bytes, dtype);
  return out;
}

/** As `toFloats`, and nothing is rounded. */
export function toNumbers(bytes: Uint8Array, dtype: Dtype): Numbers {
  if (isExact(dtype)) return toFloats(bytes, dtype);
  const count = Math.floor(bytes.length / dtype.size);
  if (dtype.size === 8 && dtype.kind !== "float") return toBigInts(bytes, dtype, count);
  const out = new Float64Array(count);
  fill(out, bytes, dtype);
  return out;
}

function fill(out: Float32Array | Float64Array, bytes: Uint8Array, dtype: Dtype): void {
  const read = readers[`${dtype.kind}${dtype.size}`];
  if (read === undefined) throw new TypeError(`no reader for ${dtype.name}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < out.length; i++) out[i] = read(view, i * dtype.size, dtype.littleEndian);
}

function toBigInts(bytes: Uint8Array, { kind, littleEndian }: Dtype, count: number): BigInt64Array | BigUint64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind === "uint") {
    const out = new BigUint64Array(count);
    for (let i = 0; i < count; i++) out[i] = view.getBigUint64(i * 8, littleEndian);
    return out;
  }
  const out = new BigInt64Array(count);
  for (let i = 0; i < count; i++) out[i] = view.getBigInt64(i * 8, littleEndian);
  return out;
}
