// The VSIX of this machine's platform: builds what is old, packs what .vscodeignore allows, holds the size.
//   npm run package        → unroll-<platform>-<version>.vsix
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createVSIX, listFiles, PackageManager } from "@vscode/vsce";
import { root } from "./lib/run.mjs";
import { ensureBuilt } from "./setup.mjs";

const LIMIT_BYTES = 8_000_000;

/** @returns {Promise<string>} the VSIX's path */
export async function packageVsix() {
  ensureBuilt();
  // The GPU of the tests is not for people.
  const files = await listFiles({ cwd: root, packageManager: PackageManager.None });
  if (files.some((file) => file.includes("emulator"))) throw new Error("the emulated GPU must not be in the VSIX");
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  const target = `${process.platform}-${process.arch}`;
  const file = path.join(root, `unroll-${target}-${version}.vsix`);
  await createVSIX({
    cwd: root,
    packagePath: file,
    target,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  const { size } = fs.statSync(file);
  if (size >= LIMIT_BYTES) throw new Error(`${path.basename(file)} has ${size} bytes; the limit is ${LIMIT_BYTES}`);
  return file;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = await packageVsix();
  console.log(`${path.basename(file)}: ${(fs.statSync(file).size / 1e6).toFixed(2)} MB`);
}
