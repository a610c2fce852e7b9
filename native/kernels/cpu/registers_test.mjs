// The sums of a product stay in registers: no loop of MultiplyAdd moves vectors to the stack and back. Compilers do so, silently, for a
// lambda too many, and the product then takes a sixth longer; its numbers are the same.
//   node registers_test.mjs OBJDUMP OBJECT...     ends with `N passed, N failed`
import { spawnSync } from "node:child_process";
import path from "node:path";

const [objdump, ...objects] = process.argv.slice(2);
// Arguments and results may lie there, a vector or two; sums would be eight and more.
const FEW = 3;
const ONTO_STACK = /\bv?mov[a-z0-9]+ .*\(%r[sb]p.*%[xyz]mm|\bv?mov[a-z0-9]+ .*%[xyz]mm.*\(%r[sb]p/;

const count = { passed: 0, failed: 0 };
let products = 0;
for (const object of objects) {
  const { status, stdout } = spawnSync(objdump, ["-d", "-C", "--no-show-raw-insn", object], { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${objdump} could not read ${object}.`);
  const bad = [];
  for (const [, name, body] of stdout.matchAll(/^[0-9a-f]+ <(.*MultiplyAdd<.*)>:\n((?:.+\n)*)/gm)) {
    products++;
    const moves = body.split("\n").filter((line) => ONTO_STACK.test(line)).length;
    if (moves > FEW) bad.push(`  ${name}: ${moves} moves between vectors and the stack`);
  }
  const what = path.basename(object);
  if (bad.length === 0) count.passed++;
  else count.failed++;
  console.log(bad.length === 0 ? `ok   ${what}` : `FAIL ${what}\n${bad.join("\n")}`);
}
if (products === 0) {
  console.log("FAIL no MultiplyAdd was found");
  count.failed++;
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed > 0 ? 1 : 0;
