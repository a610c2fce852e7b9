/** Starts VS Code with the extension and the suite: the desktop where it can be had, else the stand-in of test/rig. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runTests } from "@vscode/test-electron";
import { root } from "../support/root.js";

/** UNROLL_VSCODE=desktop asks for a download; a machine without a display could not show it. */
function executable(): string | undefined {
  return process.env["UNROLL_VSCODE"] === "desktop" ? undefined : path.join(root, "test", "rig", "code.mjs");
}

async function main(): Promise<void> {
  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-workspace-"));
  fs.cpSync(path.join(root, "samples"), workspace, { recursive: true });
  const stand = executable();
  const locale = process.env["UNROLL_LOCALE"] ?? "en";
  try {
    await runTests({
      ...(stand !== undefined && { vscodeExecutablePath: stand }),
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(__dirname, "suite", "index"),
      launchArgs: [workspace, "--disable-extensions", `--locale=${locale}`, `--user-data-dir=${path.join(workspace, ".user")}`],
      extensionTestsEnv: { UNROLL_LOCALE: locale },
    });
  } finally {
    fs.rmSync(workspace, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

main().catch((error: unknown) => {
  console.error(String(error));
  process.exit(1);
});
