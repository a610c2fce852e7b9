/** The doctor in the editor: asks the engine, and adds what only the editor knows. */
import * as os from "node:os";
import * as vscode from "vscode";
import { build } from "../core/build.js";
import { type DoctorFacts, doctorReport as report } from "../core/doctor.js";
import { UnrollError } from "../core/errors.js";
import { type Message, msg } from "../core/messages.js";
import { showNew } from "./editors.js";
import type { Engine } from "./engine.js";
import { readSettings } from "./settings.js";
import { word } from "./words.js";

/** Markdown in the person's language, to read and to copy into an issue. */
export async function showDoctor(engine: Engine, version: string): Promise<void> {
  await showNew("markdown", await doctorReport(engine, version));
}

async function doctorReport(engine: Engine, version: string): Promise<string> {
  let problem: Message | null = null;
  const failed = (error: unknown): null => {
    problem = error instanceof UnrollError ? error.failure.message : msg("{reason}", { reason: String(error) });
    return null;
  };
  const greeting = await engine.greet().catch(failed);
  // In Restricted Mode no process is started, not even to be asked.
  const diagnosis = vscode.workspace.isTrusted ? await engine.diagnose().catch(() => null) : null;
  const facts: DoctorFacts = {
    version,
    around: [`VS Code ${vscode.version}`, `Node ${process.version}`, `${process.platform}-${process.arch}`],
    processor: { name: os.cpus()[0]?.model.trim() ?? "CPU", count: os.cpus().length },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
    notes: [workspaceNote()],
    wanted: readSettings().device,
    used: greeting?.device ?? null,
    problem,
    diagnosis,
    lostAt: engine.lostAt,
    gpus: build.gpus,
  };
  return report(facts, word);
}

function workspaceNote(): Message {
  const remote = vscode.env.remoteName;
  if (remote === undefined) return vscode.workspace.isTrusted ? msg("Workspace: trusted") : msg("Workspace: in Restricted Mode");
  return vscode.workspace.isTrusted
    ? msg("Workspace: trusted, remote ({remote})", { remote })
    : msg("Workspace: in Restricted Mode, remote ({remote})", { remote });
}
