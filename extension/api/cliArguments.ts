/** The command line's words and options, and what is wrong with them. */
import { parseArgs } from "node:util";
import { type DeviceChoice, type GpuPrecision, gpuPrecisions } from "../core/protocol/device.js";

export const USAGE = `unroll run MODEL DATA      run a model on numbers: a file, or - for standard input
                           --out FILE.npy: of any size, piece by piece into a file
unroll summary MODEL       the table of layers, shapes and parameters
unroll check MODEL DATA    run on every device, and compare them step by step
unroll devices             what there is to compute on
unroll doctor              the same with driver, addon and reasons, for an issue

MODEL  a Keras config in JSON (*.json), or the name of a preset, e.g. simple_rnn
--device auto|cuda|cpu|js  --seed N  --threads N  --gpu-precision float32|tf32  --json`;

export interface Options {
  readonly device: DeviceChoice;
  readonly seed: number | undefined;
  readonly threads: number;
  readonly gpuPrecision: GpuPrecision;
  readonly json: boolean;
  /** Of "run": the file of the result. */
  readonly out: string | undefined;
}

export class UsageError extends Error {}

/** null: help was asked for. @throws UsageError */
export function readArguments(argv: string[]): { options: Options; words: string[] } | null {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return null;
  const device = values.device ?? "auto";
  if (!["auto", "cuda", "cpu", "js"].includes(device)) throw new UsageError(`--device is auto, cuda, cpu or js, not “${device}”.`);
  const threads = whole("threads", values.threads) ?? 0;
  const gpuPrecision = values["gpu-precision"] ?? "float32";
  if (!gpuPrecisions.includes(gpuPrecision as GpuPrecision))
    throw new UsageError(`--gpu-precision is float32 or tf32, not “${gpuPrecision}”.`);
  const seed = whole("seed", values.seed);
  const json = values.json ?? false;
  return {
    options: { device: device as DeviceChoice, seed, threads, gpuPrecision: gpuPrecision as GpuPrecision, json, out: values.out },
    words: positionals,
  };
}

function parsed(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        device: { type: "string" },
        seed: { type: "string" },
        threads: { type: "string" },
        "gpu-precision": { type: "string" },
        out: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new UsageError(`--${name} is a whole number, not “${text}”.`);
  return Number(text);
}
