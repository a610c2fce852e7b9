/** `unroll doctor`: asks an engine in a process of its own, so that even an addon that crashes is diagnosed. */
import * as os from "node:os";
import { EngineClient } from "../client/engineClient.js";
import { build } from "../core/build.js";
import { type DoctorFacts, doctorReport, hardwareLine } from "../core/doctor.js";
import { UnrollError } from "../core/errors.js";
import { type Message, say } from "../core/messages.js";
import { MEMORY_DEFAULT_BYTES } from "../core/model/limits.js";
import type { Options } from "./cliArguments.js";
import { engineFile } from "./engineHost.js";

/** Prints the report even where the device that was asked for is refused; that is thrown then. @throws UnrollError */
export async function doctor({ device, threads, gpuPrecision, json }: Options): Promise<void> {
  const client = new EngineClient({ file: engineFile(), device, threads, gpuPrecision, memoryLimitBytes: MEMORY_DEFAULT_BYTES });
  try {
    const refused = await client.greet().then(
      () => null,
      (error: unknown) => error as UnrollError,
    );
    const diagnosis = await client.diagnose().catch(() => null);
    const facts: DoctorFacts = {
      version: build.version,
      around: [`Node ${process.version}`, `${process.platform}-${process.arch}`],
      processor: { name: os.cpus()[0]?.model.trim() ?? "CPU", count: os.cpus().length },
      memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
      notes: [],
      wanted: device,
      used: client.known?.device ?? null,
      problem: refused?.failure.message ?? null,
      diagnosis,
      lostAt: [],
      gpus: build.gpus,
    };
    console.log(json ? JSON.stringify(asJson(facts, refused)) : doctorReport(facts).trimEnd());
    if (refused !== null) throw new Reported(refused);
  } finally {
    await client.dispose();
  }
}

/** A refusal that is part of what was printed: with --json it is not printed a second time. */
export class Reported extends UnrollError {
  constructor(error: UnrollError) {
    super(error.failure);
  }
}

function asJson({ diagnosis, used, version, wanted, processor, memory, gpus }: DoctorFacts, refused: UnrollError | null): object {
  return {
    version,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processor,
    memory,
    wanted,
    device: used === null ? null : { ...worded(used), available: true },
    devices: diagnosis?.devices.map(worded) ?? [],
    addon: diagnosis === null ? null : worded(diagnosis.addon),
    cpu: diagnosis?.cpu ?? null,
    cuda: diagnosis?.cuda ?? null,
    emulatorAsked: diagnosis?.emulatorAsked ?? false,
    hardware: say(hardwareLine(gpus)),
    ...(refused !== null && { error: { code: refused.code, message: refused.message } }),
  };
}

/** The reason as text; left out where there is none, as in the Node API. */
function worded<T extends { readonly reason: Message | null }>(from: T): object {
  const { reason, brief: _, ...rest } = { brief: null, ...from };
  return reason === null ? rest : { ...rest, reason: say(reason) };
}
