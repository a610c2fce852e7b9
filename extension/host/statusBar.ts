/** The one status-bar item: the device, and why it is not a better one. */
import * as vscode from "vscode";
import { msg } from "../core/messages.js";
import type { DeviceView } from "../core/protocol/device.js";
import { word } from "./words.js";

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("unroll.device", vscode.StatusBarAlignment.Right, 90);
  private device: DeviceView | undefined;
  private selection = "";

  constructor() {
    this.item.name = "Unroll";
    this.item.command = "unroll.doctor";
  }

  show(device: DeviceView): void {
    this.device = device;
    this.render();
  }

  /** `4×5 → (1, 4, 5)` while numbers are selected; empty: none. */
  showSelection(text: string): void {
    this.selection = text;
    this.render();
  }

  dispose(): void {
    this.item.dispose();
  }

  private render(): void {
    const device = this.device;
    if (device === undefined) return;
    const used = device.used === null ? word(msg("Unroll: {device}", { device: device.name })) : device.name;
    this.item.text = `$(chip) ${used}${this.selection === "" ? "" : `  ${this.selection}`}`;
    const lines = [
      device.used === null
        ? word(msg("The engine starts with the first run."))
        : word(msg("Runs are computed on {device}.", { device: device.name })),
    ];
    if (device.reason !== null) lines.push(word(msg("Not on a better device: {reason}", { reason: device.reason })));
    const short = device.brief ?? device.reason;
    this.item.tooltip = lines.join("\n");
    this.item.accessibilityInformation = { label: ["Unroll", used, ...(short === null ? [] : [short])].join(", ") };
    this.item.show();
  }
}
