/** The one status-bar item: the device, and why it is not a better one. */
import * as vscode from "vscode";
import { msg } from "../core/messages.js";
import type { DeviceView } from "../core/protocol/device.js";
import { word } from "./words.js";

interface ShapeTexts {
  readonly short: string;
  readonly line: string;
  readonly fits: boolean;
}

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("unroll.device", vscode.StatusBarAlignment.Right, 90);
  private device: DeviceView | undefined;
  private selection: ShapeTexts | null = null;

  constructor() {
    this.item.name = "Unroll";
  }

  show(device: DeviceView): void {
    this.device = device;
    this.render();
  }

  /** `4×5 → (1, 4, 5)` while numbers are selected, and after they ran; a click then reads them differently. */
  showSelection(selection: ShapeTexts | null): void {
    this.selection = selection;
    this.render();
  }

  dispose(): void {
    this.item.dispose();
  }

  private render(): void {
    const device = this.device;
    if (device === undefined) return;
    const used = device.used === null ? word(msg("Unroll: {device}", { device: device.name })) : device.name;
    const { selection } = this;
    this.item.text = `$(chip) ${used}${selection === null ? "" : `  ${selection.short}${selection.fits ? "" : " $(warning)"}`}`;
    this.item.command = selection === null ? "unroll.doctor" : "unroll.changeReading";
    const lines = [
      device.used === null
        ? word(msg("The engine starts with the first run."))
        : word(msg("Runs are computed on {device}.", { device: device.name })),
    ];
    if (device.reason !== null) lines.push(word(msg("Not on a better device: {reason}", { reason: device.reason })));
    const short = device.brief ?? device.reason;
    if (selection !== null) lines.unshift(selection.line, word(msg("Click to read the numbers differently.")), "");
    this.item.tooltip = lines.join("\n");
    const said = ["Unroll", used, ...(short === null ? [] : [short]), ...(selection === null ? [] : [selection.line])];
    this.item.accessibilityInformation = { label: said.join(", ") };
    this.item.show();
  }
}
