/** A model in code becomes the designer's, and is run: the lenses, and the imports of the designer. */
import * as path from "node:path";
import * as vscode from "vscode";
import { isShown } from "../../core/code/marks.js";
import { movedBy, openNames } from "../../core/code/openNames.js";
import type { CodeReading } from "../../core/code/readings.js";
import { msg } from "../../core/messages.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { writeModel } from "../../core/model/write.js";
import type { ModelStore } from "../model/modelStore.js";
import type { RunRecord } from "../run/records.js";
import type { SelectionRun } from "../run/selectionRun.js";
import { word } from "../words.js";
import type { CodeModels, Found } from "./codeModels.js";
import { pickData } from "./dataPick.js";
import { askValues } from "./valuePick.js";
import { specOf, tellProblems } from "./taking.js";

export interface CodeParts {
  readonly models: CodeModels;
  readonly store: ModelStore;
  readonly selection: SelectionRun;
}

export class CodeCommands implements vscode.Disposable {
  private readonly left = new vscode.EventEmitter<void>();
  /** The focus went from the code to the designer. */
  readonly onDidLeave = this.left.event;

  constructor(private readonly parts: CodeParts) {}

  /** @param start of the model in the document; left out: the person chooses where there are several. */
  async open(uri: vscode.Uri, start?: number): Promise<void> {
    const model = await this.take(await documentOf(uri), start);
    if (model === undefined) return;
    await vscode.commands.executeCommand("unroll.designer.focus");
    this.left.fire();
  }

  /** On the data of the last run where they fit, or on what the person chooses now. */
  async run(uri: vscode.Uri, start?: number): Promise<RunRecord | undefined> {
    const { selection } = this.parts;
    const model = await this.take(await documentOf(uri), start);
    if (model === undefined) return undefined;
    return selection.fits(model) ? selection.again() : pickData(model, selection);
  }

  /** Is it Python? Then its model is opened; other files are for others. */
  async openFile(file?: vscode.Uri): Promise<boolean> {
    const active = vscode.window.activeTextEditor?.document;
    const uri = file ?? active?.uri;
    if (uri === undefined || !(uri === active?.uri ? active.languageId === "python" : /\.pyw?$/.test(uri.path))) return false;
    await this.open(uri);
    return true;
  }

  /** The designer's "Import from a Python file…": the active file, or another one. */
  async importFile(): Promise<void> {
    const active = vscode.window.activeTextEditor?.document;
    if (active?.languageId !== "python") return this.openOther();
    const here: vscode.QuickPickItem = {
      label: `$(file-code) ${path.posix.basename(active.uri.path)}`,
      detail: word(msg("The active editor")),
    };
    const other: vscode.QuickPickItem = { label: word(msg("Another file…")) };
    const picked = await vscode.window.showQuickPick([here, other], { title: word(msg("Import from which Python file?")) });
    if (picked === here) await this.open(active.uri);
    else if (picked === other) await this.openOther();
  }

  dispose(): void {
    this.left.dispose();
  }

  private async openOther(): Promise<void> {
    const filters = { Python: ["py", "pyw"], Markdown: ["md"] };
    const uri = (await vscode.window.showOpenDialog({ filters, canSelectMany: false }))?.[0];
    if (uri !== undefined) await this.open(uri);
  }

  private async take(document: vscode.TextDocument, start?: number): Promise<ModelSpec | undefined> {
    const { models, store } = this.parts;
    const found = await models.now(document);
    if (found.models.length === 0) {
      void nothingFound(document);
      return undefined;
    }
    const chosen = await choose(document, found, start);
    const reading = chosen === undefined ? undefined : await this.valued(document, found, chosen);
    if (reading === undefined) return undefined;
    const model = await specOf(document, found.source, reading);
    if (model === undefined) return undefined;
    // The same model again is no step of the history, and keeps its weights.
    const same = store.model !== null && JSON.stringify(writeModel(store.model)) === JSON.stringify(writeModel(model));
    if (!same) store.set(model);
    tellProblems(document, found.source, reading);
    return store.model ?? model;
  }

  /** Sizes that the source only names, e.g. `LSTM(hidden_size)`: the model with the values that the person gives. */
  private async valued(document: vscode.TextDocument, { source }: Found, reading: CodeReading): Promise<CodeReading | undefined> {
    const names = openNames(source.text, reading);
    const values = names.length === 0 ? new Map<string, string>() : await askValues(reading.name, names);
    if (values === undefined || values.size === 0) return values === undefined ? undefined : reading;
    const bound = [...values].map(([name, value]) => `${name} = ${value}\n`).join("");
    const again = await this.parts.models.again(bound + source.text, document.languageId);
    const found = again.find(({ start }) => start === reading.start + bound.length);
    return found === undefined ? reading : movedBy(found, -bound.length);
  }
}

async function documentOf(uri: vscode.Uri): Promise<vscode.TextDocument> {
  return vscode.workspace.openTextDocument(uri);
}

async function choose(document: vscode.TextDocument, { source, models }: Found, start?: number): Promise<CodeReading | undefined> {
  const there = models.find((model) => model.start - source.offset === start);
  if (there !== undefined) return there;
  // Models with recurrent layers first; the others only where there are none of these.
  const shown = models.filter(isShown);
  const offered = shown.length === 0 ? models : shown;
  if (offered.length === 1) return offered[0];
  const items = offered.map((model) => ({
    label: model.name,
    description: model.layers.map(({ className }) => className).join(" → "),
    detail: word(msg("line {line}", { line: document.positionAt(Math.max(0, model.start - source.offset)).line + 1 })),
    model,
  }));
  return (await vscode.window.showQuickPick(items, { title: word(msg("Which model?")), matchOnDescription: true }))?.model;
}

async function nothingFound(document: vscode.TextDocument): Promise<void> {
  const file = path.posix.basename(document.uri.path);
  const preset = word(msg("Choose a preset"));
  const said = word(msg("No Keras or PyTorch model was found in {file}.", { file }));
  if ((await vscode.window.showInformationMessage(said, preset)) === preset) await vscode.commands.executeCommand("unroll.chooseModel");
}
