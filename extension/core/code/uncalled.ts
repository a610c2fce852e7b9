/** Functions that nobody calls and classes that nobody makes: they are read with their defaults. */
import type { Machine } from "./evaluate/machine.js";
import { type ClassValue, type FunctionValue, Instance, type Site } from "./evaluate/values.js";
import { classKind, forwardOf } from "./frameworks.js";

/** What a text has to name to build a model. */
export const modelWords = /LSTM|GRU|RNN|Sequential|Model|Module|layers?\b|Dense|Linear|Embedding/;

type Declared = FunctionValue | ClassValue;

/** In the order of the source, those first that no other asks for. @param ms for reading them, once they are found. */
export function readUncalled(machine: Machine, ms: number): void {
  const pending = relevant(machine);
  // How many of them name a word, themselves not counted.
  const asking = new Map<string, number>();
  for (const { one, words } of pending)
    for (const name of words) if (name !== one.definition.name) asking.set(name, (asking.get(name) ?? 0) + 1);
  const asked = ({ one }: Candidate): boolean => asking.has(one.definition.name);
  machine.allow(ms);
  // What others use comes last: it may have been called by then, with better arguments than its defaults.
  for (const { one } of [...pending.filter((own) => !asked(own)), ...pending.filter(asked)]) {
    if (machine.isOver) return;
    const { start, end } = one.definition;
    const at: Site = { machine, start, end };
    if (one.kind === "class") makeOne(one, at);
    else if (!machine.called.has(one.definition)) machine.statement(() => machine.call(one, [], at));
  }
}

interface Candidate {
  readonly one: Declared;
  readonly words: ReadonlySet<string>;
}

/** Those whose text names what builds models, or another such function. */
function relevant(machine: Machine): Candidate[] {
  const all = machine.declared.map((one) => {
    const text = machine.source.slice(one.definition.start, one.definition.end);
    return { one, builds: modelWords.test(text), words: new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu)) };
  });
  const names = new Set(all.filter(({ builds }) => builds).map(({ one }) => one.definition.name));
  return all.filter(({ builds, words }) => builds || [...words].some((word) => names.has(word)));
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
