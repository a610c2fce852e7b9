// The licences of the packages that a bundle holds, beside it: most of them want to be handed on with the code.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

/** Emits `NAME.LICENSE.txt` with the licence of every package among the modules, and of `also`. */
class Notices {
  /** @param {string} name @param {readonly string[]} [also] packages that are laid beside the bundle as they are */
  constructor(name, also = []) {
    this.name = name;
    this.also = also;
  }

  /** @param {import("webpack").Compiler} compiler */
  apply(compiler) {
    const { Compilation, sources } = compiler.webpack;
    compiler.hooks.thisCompilation.tap("Notices", (compilation) => {
      compilation.hooks.processAssets.tap({ name: "Notices", stage: Compilation.PROCESS_ASSETS_STAGE_ADDITIONAL }, () => {
        // Modules that were joined into one are inside it.
        const all = [...compilation.modules].flatMap((module) => [module, ...("modules" in module ? module.modules : [])]);
        const found = all.flatMap((module) => packageOf(module.nameForCondition()) ?? []).filter((name) => name !== "css-loader");
        const names = [...new Set([...found, ...this.also])].sort();
        const text = names.map((name) => notice(path.join(compiler.context, "node_modules", name), name)).join(`\n${"-".repeat(80)}\n\n`);
        compilation.emitAsset(`${this.name}.LICENSE.txt`, new sources.RawSource(text));
      });
    });
  }
}

/** @param {string | null} file */
function packageOf(file) {
  return /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/](?!.*node_modules[\\/])/.exec(file ?? "")?.[1]?.replaceAll("\\", "/");
}

/** A package without a licence must not be bundled. @param {string} folder @param {string} name */
function notice(folder, name) {
  const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (file === undefined && license === undefined) throw new Error(`${name} has no licence`);
  const text = file === undefined ? `License: ${license}` : fs.readFileSync(path.join(folder, file), "utf8").trim();
  return `${name} ${version}\n\n${text}\n`;
}

module.exports = { Notices };
