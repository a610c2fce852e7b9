/** QuickPicks and input boxes that can be parts of a longer question: with a way back to the one before. */
import * as vscode from "vscode";

/** The person wants the question before. */
export const back = Symbol("back");
export type Answer<T> = T | typeof back | undefined;

export type Choice<T> = vscode.QuickPickItem & { readonly value?: T };

export interface Step {
  readonly title: string;
  readonly placeholder?: string;
  /** There is a question before this one. */
  readonly back?: boolean;
}

/** undefined: the person went away. @param active the choice that Enter takes; left out: the first. */
export function pickOne<T>(items: readonly Choice<T>[], step: Step, active?: T): Promise<Answer<T>> {
  const pick = vscode.window.createQuickPick<Choice<T>>();
  pick.items = items;
  pick.matchOnDescription = true;
  const first = items.find(({ value }) => value !== undefined && value === active);
  if (first !== undefined) pick.activeItems = [first];
  return shown(pick, step, () => pick.selectedItems[0]?.value);
}

/** Any number of the choices. */
export function pickMany<T>(items: readonly Choice<T>[], step: Step, chosen: (value: T) => boolean): Promise<Answer<readonly T[]>> {
  const pick = vscode.window.createQuickPick<Choice<T>>();
  pick.canSelectMany = true;
  pick.items = items;
  pick.selectedItems = items.filter(({ value }) => value !== undefined && chosen(value));
  return shown(pick, step, () => pick.selectedItems.flatMap(({ value }) => (value === undefined ? [] : [value])));
}

export interface Question extends Step {
  readonly prompt: string;
  readonly value: string;
  /** Why a text cannot be taken, or null. */
  readonly refuse: (text: string) => string | null;
}

export function askText(question: Question): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  box.prompt = question.prompt;
  box.value = question.value;
  const check = (): string | null => {
    const refused = question.refuse(box.value.trim());
    box.validationMessage = refused ?? undefined;
    return refused;
  };
  box.onDidChangeValue(check);
  return shown(box, question, () => (check() === null ? box.value.trim() : undefined));
}

/** Shows it until it is answered; an answer of undefined keeps it open. */
function shown<T>(input: vscode.QuickPick<Choice<unknown>> | vscode.InputBox, step: Step, answer: () => T | undefined): Promise<Answer<T>> {
  input.title = step.title;
  input.placeholder = step.placeholder;
  if (step.back === true) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const end = (value: Answer<T>): void => {
      resolve(value);
      input.dispose();
    };
    input.onDidAccept(() => {
      const value = answer();
      if (value !== undefined) end(value);
    });
    input.onDidTriggerButton(() => end(back));
    input.onDidHide(() => end(undefined));
    input.show();
  });
}
