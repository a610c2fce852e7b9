/** The view "States": what each stateful layer of the shown model carries from run to run. */
import * as vscode from "vscode";
import { msg } from "../../core/messages.js";
import { shapeText } from "../../core/model/shapes.js";
import type { WireTensor } from "../../core/protocol/engine.js";
import { word } from "../words.js";
import { type ModelStates, stateNotes, type StateSlot, statefulSlots } from "./modelStates.js";

/** Values of a state in its line. */
const MOST_VALUES = 4;

export interface LayerNode {
  readonly kind: "layer";
  readonly name: string;
  readonly className: string;
  readonly states: readonly StateNode[];
}

export interface StateNode {
  readonly kind: "state";
  /** Among all states of the model. */
  readonly index: number;
  readonly slot: StateSlot;
  readonly layerName: string;
  /** null: zeros, of no batch yet. */
  readonly tensor: WireTensor | null;
}

export class StatesTree implements vscode.TreeDataProvider<LayerNode | StateNode>, vscode.Disposable {
  static readonly id = "unroll.states";
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<LayerNode | StateNode>;
  private readonly subscription: vscode.Disposable;

  /** @param onDidChangeModel another model is shown, or it is another by now */
  constructor(
    private readonly states: ModelStates,
    onDidChangeModel: vscode.Event<void>,
  ) {
    this.view = vscode.window.createTreeView(StatesTree.id, { treeDataProvider: this });
    const refresh = (): void => this.refresh();
    this.subscription = vscode.Disposable.from(this.changed, this.view, states.onDidChange(refresh), onDidChangeModel(refresh));
    this.refresh();
  }

  getChildren(parent?: LayerNode | StateNode): (LayerNode | StateNode)[] {
    if (parent !== undefined) return parent.kind === "layer" ? [...parent.states] : [];
    const { shown } = this.states;
    if (shown === null) return [];
    const nodes = statefulSlots(shown.model).map((slot, index): StateNode => {
      const layerName = shown.model.layers[slot.layer]?.name ?? "";
      return { kind: "state", index, slot, layerName, tensor: shown.states?.[index] ?? null };
    });
    return [...new Set(nodes.map(({ slot }) => slot.layer))].map((layer) => {
      const { name = "", className = "" } = shown.model.layers[layer] ?? {};
      return { kind: "layer", name, className, states: nodes.filter(({ slot }) => slot.layer === layer) };
    });
  }

  getTreeItem(node: LayerNode | StateNode): vscode.TreeItem {
    if (node.kind === "layer") {
      const item = new vscode.TreeItem(node.name, vscode.TreeItemCollapsibleState.Expanded);
      item.description = node.className;
      item.contextValue = "layer";
      item.iconPath = new vscode.ThemeIcon("layers");
      return item;
    }
    const { slot, tensor } = node;
    const item = new vscode.TreeItem(slot.name, vscode.TreeItemCollapsibleState.None);
    const shape = tensor === null ? `(None, ${slot.units})` : shapeText(tensor.shape);
    item.description = `${shape} · ${tensor === null ? word(msg("zero until the first run")) : valuesText(tensor)}`;
    item.tooltip = `${node.layerName}/${slot.name} ${item.description}`;
    item.contextValue = "state";
    item.iconPath = new vscode.ThemeIcon("symbol-array");
    return item;
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private refresh(): void {
    const { shown } = this.states;
    void vscode.commands.executeCommand("setContext", "unroll.hasStates", shown !== null);
    this.view.message = shown?.replaced === true ? word(stateNotes.replaced) : "";
    this.changed.fire();
  }
}

function valuesText({ data }: WireTensor): string {
  const first = Array.from(data.subarray(0, MOST_VALUES), (value) => String(Number(value.toPrecision(3))).replace("-", "−"));
  return first.join(", ") + (data.length > MOST_VALUES ? " …" : "");
}
