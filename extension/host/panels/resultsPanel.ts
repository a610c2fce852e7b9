/** The one results panel: shows the newest run, reads slices for it, and stays where it is while another run is computed. */
import * as vscode from "vscode";
import type { BandValues } from "../../core/band.js";
import type { Difference } from "../../core/difference.js";
import type { CompareState, MeasureRequested } from "../../core/protocol/compare.js";
import {
  decodeResultsFromView,
  type ExportFormat,
  MAX_SLICE_ELEMENTS,
  type ResultsFromHost,
  type ResultsFromView,
  type ResultsState,
} from "../../core/protocol/results.js";
import { webviewStrings, word } from "../words.js";
import { msg } from "../../core/messages.js";
import { type Answering, Asked } from "./asked.js";
import { webviewHtml, webviewOptions } from "./html.js";

type Slice = Extract<ResultsFromView, { type: "sliceRequested" }>;
type Band = Extract<ResultsFromView, { type: "bandRequested" | "differenceBandRequested" }>;
/** What the panel answers itself, or with one message of the host's. */
type Answered =
  | "ready"
  | "sliceRequested"
  | "bandRequested"
  | "differenceBandRequested"
  | "measureRequested"
  | "copyRequested"
  | "asked"
  | "askCancelled";

export interface ResultsHost extends Answering {
  state(): ResultsState;
  readSlice(request: Slice): Promise<Float32Array>;
  readBand(request: Band): Promise<BandValues>;
  /** Before a panel of another window's life is filled: takes up the run that it showed. */
  restore(runId: string): Promise<void>;
  /** null: nobody compares. */
  compare(): CompareState | null;
  measure(request: MeasureRequested): Promise<(Difference | null)[]>;
  receive(intent: Exclude<ResultsFromView, { type: Answered }>): void;
}

export class ResultsPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  static readonly id = "unroll.results";
  private panel: vscode.WebviewPanel | undefined;
  private readonly asked: Asked;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly host: ResultsHost,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.asked = new Asked(host, (message) => this.send(message));
  }

  /** Opens beside the editor, which keeps the focus. */
  show(): void {
    if (this.panel !== undefined) {
      this.panel.reveal(this.panel.viewColumn, true);
      this.update();
      return;
    }
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.adopt(vscode.window.createWebviewPanel(ResultsPanel.id, word(msg("Unroll Results")), where, webviewOptions(this.extension)));
  }

  get isOpen(): boolean {
    return this.panel !== undefined;
  }

  update(): void {
    if (this.panel?.visible === true) this.sendState();
  }

  /** Asks the view for a file of what it shows. */
  askExport(format: ExportFormat): void {
    this.send({ type: "exportAsked", format });
  }

  /** The editor's cursor stands on a number of the run's input. */
  point(runId: string, index: number): void {
    if (this.panel?.visible === true) this.send({ type: "cursorAt", runId, index });
  }

  /** @param state what the view saved */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.panel?.dispose();
    panel.webview.options = webviewOptions(this.extension);
    const runId = (state as { readonly runId?: unknown } | null | undefined)?.runId;
    if (typeof runId === "string")
      await this.host.restore(runId).catch((error: unknown) => this.log.warn(`the run before the reload is not shown: ${String(error)}`));
    this.adopt(panel);
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(this.extension, "media", `icon-${theme}.svg`);
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
    panel.webview.onDidReceiveMessage((raw) => this.receive(raw));
    panel.onDidChangeViewState(() => this.update());
    panel.onDidDispose(() => {
      if (this.panel !== panel) return;
      this.panel = undefined;
      this.asked.cancelAll();
    });
    panel.webview.html = webviewHtml(panel.webview, this.extension, "results", panel.title);
    // They wait for the page in VS Code: it need not ask for them before it is painted.
    this.sendAll();
  }

  private receive(raw: unknown): void {
    const intent = decodeResultsFromView(raw);
    if (intent === undefined) {
      this.log.warn("a message of the results panel was dropped");
    } else if (intent.type === "ready") {
      this.sendAll();
    } else if (intent.type === "measureRequested") {
      void this.measure(intent);
    } else if (intent.type === "sliceRequested") {
      void this.slice(intent);
    } else if (intent.type === "bandRequested" || intent.type === "differenceBandRequested") {
      void this.band(intent);
    } else if (intent.type === "asked") {
      void this.asked.take(intent);
    } else if (intent.type === "askCancelled") {
      this.asked.cancel(intent.requestId);
    } else if (intent.type === "copyRequested") {
      void vscode.env.clipboard.writeText(intent.text);
    } else {
      this.host.receive(intent);
    }
  }

  private async slice(request: Slice): Promise<void> {
    const { requestId } = request;
    try {
      const size = request.count.reduce((product, d) => product * d, 1);
      if (size > MAX_SLICE_ELEMENTS) throw new RangeError(`a slice of ${size} numbers`);
      this.send({ type: "slice", requestId, values: await this.host.readSlice(request) });
    } catch (error) {
      this.send({ type: "sliceFailed", requestId, message: this.host.reason(error) });
    }
  }

  private async band(request: Band): Promise<void> {
    const { requestId } = request;
    try {
      const { low, high, finding } = await this.host.readBand(request);
      this.send({ type: "band", requestId, low, high, finding });
    } catch (error) {
      this.send({ type: "sliceFailed", requestId, message: this.host.reason(error) });
    }
  }

  private async measure(request: MeasureRequested): Promise<void> {
    const { requestId } = request;
    try {
      this.send({ type: "measured", requestId, parts: await this.host.measure(request) });
    } catch (error) {
      this.send({ type: "measureFailed", requestId, message: this.host.reason(error) });
    }
  }

  private sendAll(): void {
    this.send({ type: "init", locale: vscode.env.language, strings: webviewStrings() });
    this.sendState();
  }

  private sendState(): void {
    this.send(this.host.state());
    const compare = this.host.compare();
    if (compare !== null) this.send(compare);
  }

  private send(message: ResultsFromHost): void {
    void this.panel?.webview.postMessage(message);
  }
}
