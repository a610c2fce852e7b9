/** Behind a designer: its state from a model document, data and run, and what each of its intents does. */
import * as vscode from "vscode";
import type { Failure } from "../core/errors.js";
import { msg } from "../core/messages.js";
import { presetById } from "../core/model/presets.js";
import { writeModel } from "../core/model/write.js";
import { type DesignerCommand, designerCommands, type DesignerFromView, type DesignerState } from "../core/protocol/designer.js";
import type { Actions } from "./actions.js";
import type { Engine } from "./engine.js";
import { generateData } from "./generateData.js";
import { exportCode } from "./exportCode.js";
import type { ModelDocument } from "./model/modelDocument.js";
import { goToProblem, openAsText, pickModelFile, saveModelAs, showAsText } from "./model/modelFiles.js";
import type { ModelStore } from "./model/modelStore.js";
import { TextModel } from "./model/textModel.js";
import type { DesignerHost } from "./panels/designerPane.js";
import type { CodeCommands } from "./python/codeCommands.js";
import type { Reader } from "./reader.js";
import type { RunController } from "./run/runController.js";
import type { SelectionRun } from "./run/selectionRun.js";
import { sourceText } from "./run/source.js";
import { readSettings, writeDevice } from "./settings.js";
import { word } from "./words.js";

export interface DesignerParts {
  readonly engine: Engine;
  readonly store: ModelStore;
  readonly runs: RunController;
  readonly selection: SelectionRun;
  readonly actions: Actions;
  readonly code: CodeCommands;
  readonly codeReader: Reader;
}

/** A text that cannot be read is not replaced by a model, however empty the designer is. */
const starts: readonly DesignerCommand[] = ["tutorial", "blank", "python"];

export class DesignerDesk implements DesignerHost {
  /** @param own the document of a model editor; left out: whatever the store shows. */
  constructor(
    private readonly parts: DesignerParts,
    private readonly own?: TextModel,
  ) {}

  private get document(): ModelDocument {
    return this.own ?? this.parts.store.document;
  }

  state(): DesignerState {
    const { engine, runs, selection } = this.parts;
    const { kind, name, model, problem } = this.document;
    const { data } = selection;
    const shape = data === null ? null : (selection.shapeFor(model) ?? data.shape);
    const reason = problem === null ? null : word(msg("Line {line}: {reason}", { line: problem.line, reason: word(problem.message) }));
    return {
      type: "state",
      model: model === null ? null : writeModel(model),
      document: { kind, name, problem: reason, line: problem?.line ?? null },
      data: data === null || shape === null ? null : { label: word(sourceText(data.source)), shape: data.shape, tensor: shape },
      device: engine.device(),
      run: runs.state,
      trusted: vscode.workspace.isTrusted,
      memoryLimit: readSettings().memoryLimitBytes,
      commands: designerCommands.filter((id) => problem === null || !starts.includes(id)),
    };
  }

  receive(intent: Exclude<DesignerFromView, { type: "ready" }>): void {
    const { runs, actions } = this.parts;
    switch (intent.type) {
      case "editModel":
        return void this.document.edit(intent.edit).then(sayRefused);
      case "undo":
      case "redo":
        // A model editor's keys reach the editor itself, which takes back one step of the file.
        return this.own === undefined ? this.document[intent.type]() : undefined;
      case "runRequested":
        return this.run();
      case "cancelRequested":
        return runs.cancel();
      case "deviceChosen":
        return void writeDevice(intent.device);
      case "actionChosen":
        return actions.take(intent.id);
      case "command":
        return void this.command(intent.id);
    }
  }

  /** Runs take the model that the store shows. */
  private run(): void {
    this.parts.store.show(this.document);
    void this.parts.selection.again();
  }

  private async command(id: DesignerCommand): Promise<void> {
    const { selection, actions, code, codeReader } = this.parts;
    switch (id) {
      case "tutorial":
        return this.start("simple_rnn");
      case "blank":
        return this.start("many_to_one");
      case "open":
        return pickModelFile();
      case "python":
        return code.importFile();
      case "export":
        return exportCode(this.document.model, codeReader);
      case "text":
        return this.showText();
      case "saveAs":
        return void (this.document.model !== null && (await saveModelAs(this.document.model)));
      case "generator":
        // Made for the model that is shown here, and run at once: that is what Run's menu is for.
        this.parts.store.show(this.document);
        return void ((await generateData(this.document.model)) !== undefined && (await selection.onSelection()));
      case "goToProblem":
        return this.document instanceof TextModel ? goToProblem(this.document) : undefined;
      case "showResults":
        return actions.take("showResults");
      case "selection":
        this.parts.store.show(this.document);
        return void (await selection.onSelection());
    }
  }

  private async start(preset: string): Promise<void> {
    const model = presetById(preset)?.build(null);
    if (model !== undefined) sayRefused(await this.document.set(model));
  }

  private async showText(): Promise<void> {
    const { document } = this;
    if (document instanceof TextModel) return openAsText(document.uri);
    if (document.model !== null) await showAsText(document.model);
  }
}

function sayRefused(refused: Failure | null): void {
  if (refused !== null) void vscode.window.showWarningMessage(word(refused.message));
}
