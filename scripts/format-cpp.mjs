// Formats native/ with the clang-format of node_modules; --check changes nothing and names the files that are not as it would have them.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { root } from "./lib/run.mjs";

const check = process.argv.includes("--check");
const binary = createRequire(import.meta.url)("clang-format").getNativeBinary();
const files = fs
  .readdirSync(path.join(root, "native"), { recursive: true })
  .filter((name) => /\.(h|cc)$/.test(name))
  .map((name) => path.join("native", name))
  .sort();

const format = (args) => spawnSync(binary, ["--style=file", ...args], { cwd: root, encoding: "utf8" });

const { status, stderr, error } = format(check ? ["--dry-run", "-Werror", ...files] : ["-i", ...files]);
if (error !== undefined || (status !== 0 && !check)) {
  console.error(stderr || error?.message);
  process.exit(1);
}
if (check && status !== 0) {
  const wrong = files.filter((file) => format(["--dry-run", "-Werror", file]).status !== 0);
  console.error(`${wrong.join("\n")}\n${wrong.length} of ${files.length} files are not formatted: npm run format`);
  process.exit(1);
}
console.log(`${files.length} files ${check ? "are formatted" : "formatted"}`);
