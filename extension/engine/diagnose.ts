/** The engine's part of the doctor: what the addon and the devices say of themselves. */
import type { Diagnosis } from "../core/protocol/diagnosis.js";
import type { Devices } from "./devices.js";

/** @param threads as asked for; 0: as many as there are physical cores. */
export function diagnose({ list, loaded, capabilities }: Devices, threads: number): Diagnosis {
  const { addon, file, emulator, reason } = loaded;
  const cpu = capabilities && {
    name: capabilities.cpuName,
    target: capabilities.cpuTarget,
    targets: capabilities.cpuTargets,
    threads: threads > 0 ? threads : capabilities.physicalCores,
    physicalCores: capabilities.physicalCores,
  };
  return {
    addon: { file, abiVersion: addon?.abiVersion ?? null, reason },
    emulatorAsked: emulator,
    cpu,
    cuda: capabilities?.cuda ?? null,
    devices: list.map(({ kind, name, available, reason: why }) => ({ kind, name, available, reason: why })),
  };
}
