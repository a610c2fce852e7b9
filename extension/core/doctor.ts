/** The doctor's report: what there is to compute on, and why not more; for the command line and the editor alike. */
import { type Message, msg, say } from "./messages.js";
import type { DeviceChoice, DeviceKind } from "./protocol/device.js";
import type { DiagnosedGpu, Diagnosis } from "./protocol/diagnosis.js";

export interface DoctorFacts {
  readonly version: string;
  /** "VS Code 1.96.0", "Node v20.19.0", "linux-x64" … */
  readonly around: readonly string[];
  readonly processor: { readonly name: string; readonly count: number };
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number };
  /** More lines of the editor's. */
  readonly notes: readonly Message[];
  readonly wanted: DeviceChoice;
  /** null: nothing is used, and `problem` says why. */
  readonly used: { readonly kind: DeviceKind; readonly name: string; readonly reason: Message | null } | null;
  readonly problem: Message | null;
  /** null: the engine did not start. */
  readonly diagnosis: Diagnosis | null;
  /** When the GPU was lost in this session, in ms since 1970. */
  readonly lostAt: readonly number[];
  /** GPUs of the reports in docs/gpu. */
  readonly gpus: readonly string[];
}

/** The first driver of each major version of CUDA, as `nvidia-smi` and NVIDIA's download page name it. */
const drivers: Readonly<Record<string, string>> = { "12": "R525", "13": "R580" };

/** "R580" for CUDA "13.0". */
export function driverRelease(needed: string): string {
  return drivers[needed.split(".")[0] ?? ""] ?? `CUDA ${needed}`;
}

/** What has been proven about the GPU kernels of this build. */
export function hardwareLine(gpus: readonly string[]): Message {
  return gpus.length === 0 ? msg("CUDA: not yet run on hardware") : msg("CUDA: tested on {gpus}", { gpus: gpus.join(", ") });
}

/** Markdown. @param word puts a message into the reader's language */
export function doctorReport(facts: DoctorFacts, word: (message: Message) => string = say): string {
  const items = [...machineLines(facts), ...engineLines(facts)].map((line) => `- ${word(line)}`);
  const lines = [`# ${word(msg("Unroll: devices and diagnosis"))}`, "", ...items, ""];
  const { used, problem, wanted, diagnosis } = facts;
  if (used === null) lines.push(word(msg("Wanted: {wanted}. Used: nothing.", { wanted })));
  else lines.push(word(msg("Wanted: {wanted}. Used: {used} ({name}).", { wanted, used: used.kind, name: used.name })));
  const reason = problem ?? used?.reason ?? null;
  const shown = reason === null ? "" : word(reason);
  if (reason !== null) lines.push("", shown);
  if (diagnosis !== null) {
    lines.push("", `| ${word(msg("device"))} | ${word(msg("name"))} | ${word(msg("state"))} |`, "| --- | --- | --- |");
    for (const { kind, name, available, reason: why } of diagnosis.devices) {
      // What stands above is not said again.
      const state = available ? msg("available") : why === null || word(why) === shown ? msg("not available") : why;
      lines.push(`| ${kind} | ${cell(name)} | ${cell(word(state))} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function machineLines({ version, around, processor, memory, notes }: DoctorFacts): Message[] {
  return [
    msg("Unroll {version}, {around}", { version, around: around.join(", ") }),
    msg("{name}, {count} logical processors, {total} memory ({free} free)", {
      ...processor,
      total: gib(memory.totalBytes),
      free: gib(memory.freeBytes),
    }),
    ...notes,
  ];
}

function engineLines({ diagnosis, lostAt, gpus }: DoctorFacts): Message[] {
  const lines: Message[] = [];
  if (diagnosis !== null) {
    const { addon, cpu, cuda } = diagnosis;
    lines.push(
      addon.abiVersion === null
        ? msg("Addon: {file}, not loaded", { file: addon.file })
        : msg("Addon: {file}, interface {version}", { file: addon.file, version: addon.abiVersion }),
    );
    if (cpu !== null) {
      const args = { target: cpu.target, targets: cpu.targets.join(", "), threads: cpu.threads, cores: cpu.physicalCores };
      lines.push(msg("CPU kernels: {target} (of {targets}), threads: {threads} (physical cores: {cores})", args));
    }
    if (cuda !== null) lines.push(driverLine(cuda), gpuLine(cuda));
    if (diagnosis.emulatorAsked) lines.push(msg("UNROLL_CUDA_EMULATOR is 1: the GPU is to be emulated, for tests"));
  }
  const last = lostAt.at(-1);
  if (last !== undefined)
    lines.push(msg("GPU lost in this session: {count}, last at {time}", { count: lostAt.length, time: new Date(last).toISOString() }));
  return [...lines, hardwareLine(gpus)];
}

function driverLine({ state, driver, needed }: DiagnosedGpu): Message {
  if (state === "off") return msg("NVIDIA driver: not looked for, this build is without CUDA");
  const args = { needed, release: driverRelease(needed) };
  return driver === ""
    ? msg("NVIDIA driver: not found; needed: CUDA {needed} ({release} or newer)", args)
    : msg("NVIDIA driver: supports CUDA {driver}; needed: CUDA {needed} ({release} or newer)", { ...args, driver });
}

function gpuLine({ name, capability, memoryBytes, emulated, reason }: DiagnosedGpu): Message {
  if (name === "") return reason === "" ? msg("GPU: none") : msg("GPU: none ({reason})", { reason });
  const args = { name, capability, memory: gib(memoryBytes) };
  return emulated
    ? msg("GPU: {name}, emulated on the CPU, compute capability {capability}, {memory}", args)
    : msg("GPU: {name}, compute capability {capability}, {memory}", args);
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** A bar would end a Markdown cell. */
function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/\s+/g, " ");
}
