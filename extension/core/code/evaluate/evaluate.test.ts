/** Constants of the source, followed through Python's expressions and statements. */
import * as assert from "node:assert/strict";
import { briefModels } from "../../../../test/support/briefModel.js";

/** The units that a source gives to its layer; "open" where they are not known. */
function units(before: string, expression: string): string {
  const [model] = briefModels(`${before}\nmodel = Sequential([Dense(${expression})])\n`);
  return model === undefined ? "none" : (/^Dense\((-?[\d.]+)\)$/.exec(model)?.[1] ?? (model.includes("!") ? "open" : model));
}

const known: readonly (readonly [before: string, expression: string, expected: number])[] = [
  ["", "2 ** 5 - 7 // 2 * 3 % 4", 31],
  ["", "-7 // 2 + 10", 6],
  ["", "0x10 + 0b11 + 0o7 + 1_000", 1026],
  ["", "(1 << 4) | 3 & ~1", 18],
  ["", "8 if 3 < 4 <= 4 else 9", 8],
  ["", "not True or 5 and 6", 6],
  ["a, (b, *c) = 1, (2, 3, 4)", "a + b + len(c)", 5],
  ["a = b = 4; a += 1", "a * b", 20],
  ["x = [1, 2, 3]; x.append(4); x.extend([5]); x.insert(0, 9); x.pop()", "x[0] + x[-1] + len(x)", 18],
  ["d = {'a': 1, **{'b': 2}}; d['c'] = 3; d.update(e=4)", "d['b'] + d.get('c') + d.get('z', 5) + len(d)", 14],
  ["", "[i * i for i in range(10) if i % 2][-1]", 81],
  ["", "sum(a * b for a, b in zip([1, 2], (3, 4)))", 11],
  ["", "{k: v for k, v in enumerate('abc')}[1] == 'b' and 7", 7],
  ["", "[4, 5, 6, 7][1:][::-1][0]", 7],
  ["", "max(3, min([9, 4]), key=None) + abs(-2) + round(2.5)", 8],
  ["", "int('12') + int(3.9) + len('abc' * 2)", 21],
  ["", "sorted({3, 1, 2}, reverse=True)[0]", 3],
  ["import math, numpy as np", "int(math.ceil(2.1) + np.sqrt(16)) + math.floor(1.9)", 8],
  ["x = np.zeros((5, 7, 3))", "x.shape[-1] + x.ndim + len(x)", 11],
  ["x = np.array([[1, 2], [3, 4], [5, 6]]).reshape(-1, 3)", "x.shape[0] * 10 + x.shape[1]", 23],
  ["def f(a, b=2, *args, c=3, **kw): return a + b + c + len(args) + len(kw)", "f(1) + f(1, 5, 6, c=0, d=1)", 14],
  ["def f(n):\n    return 1 if n < 2 else n * f(n - 1)", "f(5)", 120],
  ["f = lambda x, y=3: x * y", "f(2) + f(1, y=4)", 10],
  [
    "def outer():\n    k = 3\n    def inner(x):\n        nonlocal k\n        k += 1\n        return x + k\n    return inner",
    "outer()(1)",
    5,
  ],
  ["n = 0\nfor i in range(3):\n    if i == 1: continue\n    n += i + 1", "n", 4],
  ["n = 100\nwhile n > 10:\n    n //= 2\n    if n == 25: break", "n", 25],
  [
    "class C:\n    k = 4\n    def __init__(self, u): self.u = u\n    @property\n    def both(self): return self.u + self.k\n    @staticmethod\n    def s(x): return x\nclass D(C):\n    def __init__(self): super().__init__(6)",
    "D().both + D.s(1) + D.k",
    15,
  ],
  ["from dataclasses import dataclass\n@dataclass\nclass P:\n    a: int = 2\n    b: int = 3", "P(b=5).a + P(1).b + P(b=5).b", 10],
  ["from functools import partial\ndef f(a, b): return a * b\ng = partial(f, b=4)", "g(3)", 12],
  ["from types import SimpleNamespace\nc = SimpleNamespace(u=7)", "c.u", 7],
  ["import json\nc = json.loads('{\"u\": [1, 8]}')", "c['u'][1]", 8],
  ["if (n := 5) > 3: m = n", "m", 5],
  ["s = '%s-%02d' % ('a', 3); t = f'{1 + 1}{3:02d}'; u = '{}{x}'.format(1, x=2)", "len(s) * 1000 + int(t) + int(u)", 4000 + 203 + 12],
  ["try:\n    n = 3\nexcept E:\n    n = 4\nfinally:\n    n += 1", "n", 4],
  ["with open('f') as f:\n    n = 6", "n", 6],
  ["globals_are = 1\ndef f():\n    global n\n    n = 9\nf()", "n", 9],
  ["n = 3\ndel n\nn = 2", "n", 2],
];
const open: readonly (readonly [before: string, expression: string])[] = [
  ["", "n"],
  ["n = int(input())", "n"],
  ["n = x.shape[1]", "n * 2"],
  ["import os", "int(os.environ['N'])"],
  ["from config import N", "N"],
  ["if flag: n = 3", "n"],
  ["n = 1\nif flag: n = 3\nelse: n = 4", "n"],
  ["n = 1\nfor i in data: n += 1", "n"],
  ["n = 1\nwhile cond(): n += 1", "n"],
  ["def f(a): return a", "f()"],
  ["n = [i for i in data]", "len(n)"],
  ["", "10 ** 30"],
  ["", "1 / 0"],
  ["", "[1, 2][5]"],
  ["", "3 if flag else 4"],
];

describe("constants", () => {
  for (const [before, expression, expected] of known)
    it(`${before.split("\n")[0]} → ${expression}`, () => assert.equal(units(before, expression), String(expected)));
  for (const [before, expression] of open)
    it(`open: ${before.split("\n")[0]} → ${expression}`, () => assert.equal(units(before, expression), "open"));
});
