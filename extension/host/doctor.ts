/** The doctor: what there is to compute on, why not more, to copy into an issue. */
import * as os from "node:os";
import * as vscode from "vscode";
import { UnrollError } from "../core/errors.js";
import type { Engine } from "./engine.js";
import { word } from "./words.js";

/** A Markdown report in English: it is made to be shared. */
export async function doctorReport(engine: Engine, version: string): Promise<string> {
  const lines = [
    "# Unroll: devices and diagnosis",
    "",
    `- Unroll ${version}, VS Code ${vscode.version}, Node ${process.version}, ${process.platform}-${process.arch}`,
    `- ${os.cpus()[0]?.model.trim() ?? "CPU"}, ${os.cpus().length} logical processors, ${(os.totalmem() / 2 ** 30).toFixed(1)} GiB memory (${(os.freemem() / 2 ** 30).toFixed(1)} GiB free)`,
    `- Workspace ${vscode.workspace.isTrusted ? "trusted" : "in Restricted Mode"}${vscode.env.remoteName === undefined ? "" : `, remote: ${vscode.env.remoteName}`}`,
    "- CUDA: not yet run on hardware",
    "",
  ];
  try {
    await engine.greet();
    const device = engine.device();
    lines.push(
      `Wanted: ${device.chosen}. Used: ${device.used ?? "none"} (${device.name}).`,
      "",
      "| device | name | state |",
      "| --- | --- | --- |",
    );
    for (const option of device.options)
      lines.push(`| ${option.kind} | ${option.name} | ${option.available ? "available" : (option.reason ?? "not available")} |`);
  } catch (error) {
    lines.push(error instanceof UnrollError ? `The engine is not running: ${word(error.failure.message)}` : String(error));
  }
  return `${lines.join("\n")}\n`;
}
