// Writes schemas/rnn.schema.json, and its Korean twin, from extension/core/document/schema.ts. Needs `tsc -b`; a unit test holds them equal.
import fs from "node:fs";
import path from "node:path";
import { root } from "./lib/run.mjs";

const { modelSchema } = await import(path.join(root, "out", "extension", "core", "document", "schema.js"));
const { say } = await import(path.join(root, "out", "extension", "core", "messages.js"));
const korean = JSON.parse(fs.readFileSync(path.join(root, "l10n", "bundle.l10n.ko.json"), "utf8"));

fs.mkdirSync(path.join(root, "schemas"), { recursive: true });
const write = (file, bundle) =>
  fs.writeFileSync(
    path.join(root, "schemas", file),
    `${JSON.stringify(
      modelSchema((message) => say(message, bundle)),
      null,
      2,
    )}\n`,
  );
write("rnn.schema.json", {});
write("rnn.schema.ko.json", korean);
