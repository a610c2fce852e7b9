// Collects every text that people read (first literal of msg(…) and t(…), second of failure(…)) and holds l10n/ complete.
//   node scripts/l10n.mjs           writes l10n/bundle.l10n.json, drops what nothing says from the Korean bundle, names what it lacks
//   node scripts/l10n.mjs FILE      the same, after taking in the translations of FILE
//   node scripts/l10n.mjs --check   fails where a text has no Korean or a translation has no text
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
/** Which argument of a call is the text. */
const calls = { msg: 0, t: 0, failure: 1 };

/** @param {string} folder @returns {string[]} */
function sources(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return sources(file);
    return /\.ts$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name) ? [file] : [];
  });
}

/** @param {string} file @returns {{ text: string, where: string }[]} */
function textsOf(file) {
  const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found = [];
  const literals = (node) => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
    if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
    return [];
  };
  const visit = (node) => {
    if (ts.isCallExpression(node)) {
      const name = ts.isIdentifier(node.expression)
        ? node.expression.text
        : ts.isPropertyAccessExpression(node.expression)
          ? node.expression.name.text
          : "";
      const argument = Object.hasOwn(calls, name) ? node.arguments[calls[name]] : undefined;
      if (argument !== undefined) for (const text of literals(argument)) found.push({ text, where: path.relative(root, file) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const readJson = (file) => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {});
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const write = (file, object) => fs.writeFileSync(file, `${JSON.stringify(sorted(object), null, 2)}\n`);

const texts = new Map();
for (const file of [...sources(path.join(root, "extension")), ...sources(path.join(root, "webview"))]) {
  for (const { text, where } of textsOf(file)) if (!texts.has(text)) texts.set(text, where);
}
const english = path.join(root, "l10n", "bundle.l10n.json");
const korean = path.join(root, "l10n", "bundle.l10n.ko.json");
const placeholders = (text) =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map((m) => m[1])
    .sort()
    .join();
const neutral = (text) => !/[A-Za-z]{2}/.test(text.replace(/\{\w+\}/g, ""));

if (process.argv.includes("--check")) {
  const translated = readJson(korean);
  const problems = [];
  for (const [text, where] of texts) {
    if (neutral(text)) continue;
    if (!Object.hasOwn(translated, text)) problems.push(`${where}: no Korean for ${JSON.stringify(text)}`);
    else if (placeholders(text) !== placeholders(translated[text]))
      problems.push(`${where}: other placeholders in Korean: ${JSON.stringify(text)}`);
  }
  for (const text of Object.keys(translated)) if (!texts.has(text)) problems.push(`l10n: nothing says ${JSON.stringify(text)} any more`);
  if (JSON.stringify(Object.keys(readJson(english)).sort()) !== JSON.stringify([...texts.keys()].sort()))
    problems.push("l10n/bundle.l10n.json is not up to date: node scripts/l10n.mjs");
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? `l10n: ${texts.size} texts, all in Korean` : `l10n: ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  write(english, Object.fromEntries([...texts.keys()].map((text) => [text, text])));
  const merged = readJson(korean);
  for (const part of process.argv.slice(2)) Object.assign(merged, readJson(part));
  const kept = Object.fromEntries(Object.entries(merged).filter(([text]) => texts.has(text)));
  write(korean, kept);
  const missing = [...texts.keys()].filter((text) => !neutral(text) && !Object.hasOwn(kept, text));
  for (const text of missing) console.log(JSON.stringify(text));
  console.log(
    `l10n: ${texts.size} texts, ${missing.length} without Korean, ${Object.keys(merged).length - Object.keys(kept).length} dropped`,
  );
}
