/** The command line: `run`, `summary`, `check`, `devices`, `doctor`. Exit code 0; 1 for a refusal or devices that differ; 2 for wrong usage. */
import { failure, UnrollError } from "../core/errors.js";
import { say } from "../core/messages.js";
import { shapeText } from "../core/model/shapes.js";
import { type Options, readArguments, USAGE, UsageError } from "./cliArguments.js";
import { check } from "./cliCheck.js";
import { runInPieces } from "./cliPieces.js";
import { doctor, Reported } from "./cliDoctor.js";
import { modelText, readRunInput } from "./cliInput.js";
import { createEngine, notBuilt } from "./engine.js";
import type { Engine, NamedTensor } from "./types.js";

async function main(argv: string[]): Promise<void> {
  const read = readArguments(argv);
  if (read === null) {
    console.log(USAGE);
    return;
  }
  const { options, words } = read;
  const [command, ...rest] = words;
  const wants = (count: number): void => {
    if (rest.length !== count) throw new UsageError(`“${command}” takes ${count} argument${count === 1 ? "" : "s"}, got ${rest.length}.`);
  };
  switch (command) {
    case "run":
      wants(2);
      if (options.out !== undefined) return runInPieces(rest[0] as string, rest[1] as string, { ...options, out: options.out });
      return run(rest[0] as string, rest[1] as string, options);
    case "summary":
      wants(1);
      return summary(rest[0] as string, options);
    case "check":
      wants(2);
      if (!(await check(rest[0] as string, rest[1] as string, options))) process.exitCode = 1;
      return;
    case "devices":
      wants(0);
      return devices(options);
    case "doctor":
      wants(0);
      return doctor(options);
    case "convert":
      throw notBuilt(`“${command}”`);
    default:
      throw new UsageError(command === undefined ? "What to do?" : `There is no command “${command}”.`);
  }
}

async function withEngine(options: Options, work: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createEngine({ device: options.device, threads: options.threads, gpuPrecision: options.gpuPrecision });
  try {
    await work(engine);
  } finally {
    await engine.dispose();
  }
}

async function run(modelName: string, dataName: string, options: Options): Promise<void> {
  const {
    model: config,
    shape,
    values,
    note,
  } = await readRunInput(modelName, dataName).catch((error: unknown) => {
    throw error instanceof UnrollError && error.code === "TOO_LARGE" ? withRemedy(error) : error;
  });
  await withEngine(options, async (engine) => {
    const model = await engine.load(config, options.seed === undefined ? {} : { seed: options.seed });
    const { outputs, device, timing } = await model.run({ shape, data: values });
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
    if (note !== null) console.log(say(note));
    console.log(model.summary());
    for (const output of outputs) console.log(`\n${output.name} ${shapeText(output.shape)}\n${printed(output)}`);
    console.log(
      `\n${device.kind}: ${device.name}${device.reason === undefined ? "" : ` (${device.reason})`}, ${timing.totalMs.toFixed(2)} ms`,
    );
  });
}

function withRemedy({ message }: UnrollError): UnrollError {
  return new UnrollError(failure("TOO_LARGE", "{reason} With --out FILE.npy it is run piece by piece.", { reason: message }));
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

async function devices(options: Options): Promise<void> {
  await withEngine(options, async (engine) => {
    const list = await engine.devices();
    if (options.json) {
      console.log(JSON.stringify({ device: engine.device, devices: list }));
      return;
    }
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
  if (json && !(error instanceof Reported)) console.log(JSON.stringify({ error: { code: known.code, message: known.message } }));
  console.error(known.message);
  process.exitCode = 1;
});
