/** Functions that nobody calls and classes that nobody makes: they are read with their defaults. */
import type { Machine } from "./evaluate/machine.js";
import { type ClassValue, type FunctionValue, Instance, type Site } from "./evaluate/values.js";
import { classKind, forwardOf } from "./frameworks.js";

/** What a text has to name to build a model. */
export const modelWords = /LSTM|GRU|RNN|Sequential|Model|Module|layers?\b|Dense|Linear|Embedding/;

type Declared = FunctionValue | ClassValue;

/** In the order of the source, those first that no other asks for. */
export function readUncalled(machine: Machine): void {
  const pending = relevant(machine);
  const words = new Map(pending.map((one) => [one, new Set(textOf(machine, one).match(/[\p{L}_][\p{L}\p{N}_]*/gu))]));
  const asked = (one: Declared): boolean => pending.some((other) => other !== one && (words.get(other)?.has(one.definition.name) ?? false));
  // What others use comes last: it may have been called by then, with better arguments than its defaults.
  for (const one of [...pending.filter((own) => !asked(own)), ...pending.filter(asked)]) {
    const { start, end } = one.definition;
    const at: Site = { machine, start, end };
    if (one.kind === "class") makeOne(one, at);
    else if (!machine.called.has(one.definition)) machine.statement(() => machine.call(one, [], at));
  }
}

function textOf(machine: Machine, one: Declared): string {
  return machine.source.slice(one.definition.start, one.definition.end);
}

/** Those whose text names what builds models, or another such function. */
function relevant(machine: Machine): Declared[] {
  const texts = machine.declared.map((one) => ({ one, text: textOf(machine, one) }));
  const chosen = new Set(texts.filter(({ text }) => modelWords.test(text)).map(({ one }) => one));
  const names = new Set([...chosen].map((one) => one.definition.name));
  for (const { one, text } of texts) if ((text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []).some((word) => names.has(word))) chosen.add(one);
  return texts.filter(({ one }) => chosen.has(one)).map(({ one }) => one);
}

/** A model's class is made; of any other class the methods are called that name layers. */
function makeOne(of: ClassValue, at: Site): void {
  const { machine } = at;
  const kind = classKind(of);
  if (kind !== undefined) {
    if (!machine.made.has(of.definition) && !isAbstract(of, forwardOf(kind), machine)) machine.statement(() => machine.call(of, [], at));
    return;
  }
  // A class that is no model may build one in a method.
  machine.statement(() => {
    const instance = machine.made.get(of.definition) ?? machine.call(of, [], at);
    if (!(instance instanceof Instance)) return;
    for (const method of of.members.values()) {
      if (method.kind !== "function" || machine.called.has(method.definition) || method.definition.name.startsWith("__")) continue;
      const text = machine.source.slice(method.definition.start, method.definition.end);
      const bound = modelWords.test(text) ? machine.classMember(of, method.definition.name, instance, at) : undefined;
      if (bound?.kind === "function") machine.call(bound, [], at);
    }
  });
}

/** A base that leaves forward to those below it is no model of its own. */
function isAbstract(of: ClassValue, forward: string, machine: Machine): boolean {
  return (
    !of.members.has(forward) &&
    machine.declared.some(
      (other) => other.kind === "class" && other.bases.some((base) => base.kind === "class" && base.definition === of.definition),
    )
  );
}
