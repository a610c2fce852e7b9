/** The command line: `run MODEL DATA`, `summary MODEL`, `devices`, `doctor`. Exit code 0; 1 for a refusal; 2 for wrong usage. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { failure, UnrollError } from "../core/errors.js";
import { say } from "../core/messages.js";
import { presetById } from "../core/model/presets.js";
import { shapeText } from "../core/model/shapes.js";
import { writeModel } from "../core/model/write.js";
import type { DeviceChoice } from "../core/protocol/device.js";
import { parseSelection } from "../core/text/parseSelection.js";
import { promote } from "../core/text/shape.js";
import { readModelText } from "../core/model/read.js";
import { wantedRank } from "../core/model/input.js";
import { createEngine, notBuilt } from "./engine.js";
import type { Engine, NamedTensor } from "./types.js";

const USAGE = `unroll run MODEL DATA      run a model on numbers: a file, or - for standard input
unroll summary MODEL       the table of layers, shapes and parameters
unroll devices             what there is to compute on
unroll doctor              the same, with reasons, for an issue

MODEL  a Keras config in JSON (*.json), or the name of a preset, e.g. simple_rnn
--device auto|cuda|cpu|js  --seed N  --threads N  --json`;

interface Options {
  readonly device: DeviceChoice;
  readonly seed: number | undefined;
  readonly threads: number;
  readonly json: boolean;
}

class UsageError extends Error {}

async function main(argv: string[]): Promise<void> {
  const { options, words } = readArguments(argv);
  const [command, ...rest] = words;
  const wants = (count: number): void => {
    if (rest.length !== count) throw new UsageError(`“${command}” takes ${count} argument${count === 1 ? "" : "s"}, got ${rest.length}.`);
  };
  switch (command) {
    case "run":
      wants(2);
      return run(rest[0] as string, rest[1] as string, options);
    case "summary":
      wants(1);
      return summary(rest[0] as string, options);
    case "devices":
    case "doctor":
      wants(0);
      return devices(command === "doctor", options);
    case "check":
    case "convert":
      throw notBuilt(`“${command}”`);
    default:
      throw new UsageError(command === undefined ? "What to do?" : `There is no command “${command}”.`);
  }
}

function readArguments(argv: string[]): { options: Options; words: string[] } {
  let parsed;
  try {
    parsed = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        device: { type: "string" },
        seed: { type: "string" },
        threads: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    console.log(USAGE);
    process.exit(0);
  }
  const device = values.device ?? "auto";
  if (!["auto", "cuda", "cpu", "js"].includes(device)) throw new UsageError(`--device is auto, cuda, cpu or js, not “${device}”.`);
  const whole = (name: string, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    if (!/^-?\d+$/.test(text)) throw new UsageError(`--${name} is a whole number, not “${text}”.`);
    return Number(text);
  };
  const threads = whole("threads", values.threads) ?? 0;
  return {
    options: { device: device as DeviceChoice, seed: whole("seed", values.seed), threads, json: values.json ?? false },
    words: positionals,
  };
}

async function withEngine(options: Options, work: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createEngine({ device: options.device, threads: options.threads });
  try {
    await work(engine);
  } finally {
    await engine.dispose();
  }
}

function readFile(file: string): string {
  try {
    return fs.readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UnrollError(failure("INVALID_ARGUMENT", "{file} cannot be read: {reason}", { file, reason: (error as Error).message }));
  }
}

/** A file's config, or a preset's; a preset to run takes whatever features the data has. */
function modelText(name: string, open: boolean): string {
  const preset = fs.existsSync(name) ? undefined : presetById(name);
  if (preset === undefined) return readFile(name);
  const model = preset.build(null);
  return JSON.stringify(writeModel(open ? { ...model, input: null } : model));
}

const languages: Readonly<Record<string, string>> = {
  ".py": "python",
  ".json": "json",
  ".csv": "csv",
  ".tsv": "tsv",
  ".js": "javascript",
  ".md": "markdown",
  ".c": "c",
};

async function run(modelName: string, dataName: string, options: Options): Promise<void> {
  const text = modelText(modelName, true);
  const languageId = languages[path.extname(dataName)];
  const data = parseSelection(readFile(dataName), languageId === undefined ? {} : { languageId });
  if (!data.ok) throw new UnrollError({ code: "PARSE", message: data.message });
  const spec = readModelText(text);
  const rank = spec.ok ? (wantedRank(spec.value) ?? data.shape.length) : 3;
  const promoted = promote(data.shape, rank);
  const shape = [...(promoted?.shape ?? data.shape)];
  // An open input takes the data's sizes, so that the summary can count.
  const bound = spec.ok && spec.value.input === null ? writeModel({ ...spec.value, input: [null, ...shape.slice(1)] }) : text;
  await withEngine(options, async (engine) => {
    const model = await engine.load(bound, options.seed === undefined ? {} : { seed: options.seed });
    const { outputs, device, timing } = await model.run({ shape, data: data.values });
    if (options.json) {
      console.log(
        JSON.stringify({
          outputs: outputs.map((output) => ({ name: output.name, shape: output.shape, data: Array.from(output.data) })),
          device,
          timing,
        }),
      );
      return;
    }
    if (promoted?.note != null) console.log(say(promoted.note));
    console.log(model.summary());
    for (const output of outputs) console.log(`\n${output.name} ${shapeText(output.shape)}\n${printed(output)}`);
    console.log(
      `\n${device.kind}: ${device.name}${device.reason === undefined ? "" : ` (${device.reason})`}, ${timing.totalMs.toFixed(2)} ms`,
    );
  });
}

/** As NumPy prints an array; long ones are cut in the middle. */
function printed(tensor: NamedTensor): string {
  const rows = (axis: number, at: number, size: number): string => {
    const length = tensor.shape[axis] as number;
    const inner = size / length;
    const shown = [...Array(length).keys()].filter((i) => length <= 12 || i < 3 || i >= length - 3);
    const parts = shown.map((i) =>
      axis === tensor.shape.length - 1 ? numberText(tensor.data[at + i] as number) : rows(axis + 1, at + i * inner, inner),
    );
    if (shown.length < length) parts.splice(3, 0, "...");
    return `[${parts.join(axis === tensor.shape.length - 1 ? ", " : `,\n${" ".repeat(axis + 1)}`)}]`;
  };
  return rows(0, 0, tensor.data.length);
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(7))) : String(value);
}

async function summary(modelName: string, options: Options): Promise<void> {
  const text = modelText(modelName, false);
  await withEngine({ ...options, device: "js" }, async (engine) => {
    const model = await engine.load(text);
    if (!options.json) {
      console.log(model.summary());
      return;
    }
    const totalParams = model.layers.reduce<number | null>(
      (sum, layer) => (sum === null || layer.params === null ? null : sum + layer.params),
      0,
    );
    console.log(JSON.stringify({ layers: model.layers, totalParams }));
  });
}

async function devices(doctor: boolean, options: Options): Promise<void> {
  await withEngine(options, async (engine) => {
    const list = await engine.devices();
    if (options.json) {
      console.log(JSON.stringify({ device: engine.device, devices: list }));
      return;
    }
    if (doctor)
      console.log(
        `Unroll on ${process.platform}-${process.arch}, Node ${process.version}, ${os.cpus()[0]?.model ?? "CPU"} × ${os.cpus().length}\nCUDA: not yet run on hardware\n`,
      );
    for (const device of list)
      console.log(`${device.kind.padEnd(5)} ${device.name}${device.available ? "" : ` — not available: ${device.reason ?? ""}`}`);
    const { kind, reason } = engine.device;
    console.log(`\nUsed: ${kind}${reason === undefined ? "" : ` (${reason})`}`);
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const json = process.argv.includes("--json");
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const known =
    error instanceof UnrollError
      ? error
      : new UnrollError(failure("INTERNAL", "{reason}", { reason: (error as Error)?.stack ?? String(error) }));
  if (json) console.log(JSON.stringify({ error: { code: known.code, message: known.message } }));
  console.error(known.message);
  process.exitCode = 1;
});
