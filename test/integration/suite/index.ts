/** What VS Code calls in the extension host: runs every *.test.js here; in another language than English only *.ko.test.js. */
import * as fs from "node:fs";
import * as path from "node:path";
import Mocha from "mocha";
import * as vscode from "vscode";

export function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", color: false, timeout: 30_000, forbidOnly: true });
  const korean = vscode.env.language.startsWith("ko");
  for (const file of fs.readdirSync(__dirname).sort()) {
    if (file.endsWith(".test.js") && file.endsWith(".ko.test.js") === korean) mocha.addFile(path.join(__dirname, file));
  }
  const progress = process.env["UNROLL_PROGRESS"];
  if (progress !== undefined) {
    mocha.rootHooks({
      beforeEach(this: Mocha.Context) {
        fs.writeFileSync(progress, this.currentTest?.fullTitle() ?? "");
      },
    });
  }
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
      if (passes + failures === 0) reject(new Error("no test ran"));
      else if (failures > 0) reject(new Error(`${failures} tests failed`));
      else resolve();
    });
  });
}
