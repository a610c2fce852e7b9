// What a look at a webview has to show: nothing that axe finds wrong, nothing wider than the view.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails with every finding of axe-core; the rules about a whole page are the workbench's, not a view's. */
export async function assertAccessible(frame, what) {
  await frame.evaluate(axe);
  const { violations } = await frame.evaluate(() =>
    globalThis.axe.run(document.body, { rules: { region: { enabled: false }, bypass: { enabled: false } } }),
  );
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html.slice(0, 200)).join("\n  ")}`);
  assert.deepEqual(found, [], `${what}: axe`);
}

/** A view scrolls down, never sideways. */
export async function assertNoOverflow(frame, what) {
  const { scroll, client } = await frame.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= client, `${what} is ${scroll} px wide in a view of ${client} px`);
}

/** Texts of the view that are still English words in a Korean window; names, classes and code are English in both. */
export function englishIn(text, allowed) {
  return text
    .split(/\n/)
    .map((line) => line.trim())
    .filter((line) => /[a-z]{3,} [a-z]{3,}/i.test(line) && !/[가-힣]/.test(line) && !allowed.some((pattern) => pattern.test(line)));
}
