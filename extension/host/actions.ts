/** The buttons under notes and banners, by id. */
import * as vscode from "vscode";
import type { Engine } from "./engine.js";
import type { RunController } from "./run/runController.js";
import { writeDevice } from "./settings.js";

export class Actions {
  constructor(
    private readonly engine: Engine,
    private readonly runs: RunController,
    private readonly showResults: () => void,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  take(id: string): void {
    switch (id) {
      case "showResults":
        return this.showResults();
      case "runAgain":
        return this.again();
      case "newSeed":
        return this.again({ seed: Math.floor(Math.random() * 2 ** 31) });
      case "runOnceOnCpu":
        return this.again({ device: "cpu" });
      case "runOnCpu":
        return void writeDevice("cpu").then(() => this.again());
      case "restartEngine":
        return this.engine.restart();
      case "trust":
        return void vscode.commands.executeCommand("workbench.trust.manage");
      case "settings":
        return void vscode.commands.executeCommand("workbench.action.openSettings", "@ext:unroll.unroll");
      case "doctor":
        return void vscode.commands.executeCommand("unroll.doctor");
      case "showLog":
        return this.log.show();
      default:
        this.log.warn(`there is no action ${id}`);
    }
  }

  /** The last order, on the device of the setting unless another is named. */
  private again(changes: { readonly seed?: number; readonly device?: "cpu" } = {}): void {
    const { order } = this.runs;
    if (order === null) return;
    const { device: _, ...same } = order;
    void this.runs.run({ ...same, ...changes });
  }
}
