import * as assert from "node:assert/strict";
import { chunksOf } from "./chunks.js";

const texts = (source: string, fenced = false): string[] => chunksOf(source, fenced).map((chunk) => chunk.text);

describe("chunks of a source", () => {
  it("are its top-level statements, with what belongs to them", () => {
    assert.deepEqual(texts("a = 1\n# note\n\nif a:\n    b = [\n1,\n]\nelse:\n    c = 2\n@d\n@e(1)\ndef f():\n    pass\n"), [
      "a = 1\n",
      "if a:\n    b = [\n1,\n]\nelse:\n    c = 2\n",
      "@d\n@e(1)\ndef f():\n    pass\n",
    ]);
  });

  it("are free of prompts, magics and printed tables", () => {
    assert.deepEqual(texts(">>> for i in x:\n...     f(i)\n...\n>>> y\n(1, 2)\n"), ["for i in x:\n    f(i)\n", "y\n", "(1, 2)\n"]);
    assert.deepEqual(texts("In [1]: x = [\n   ...: 1]\nOut[1]: 3\n"), ["x = [\n1]\n", "Out[1]: 3\n"]);
    assert.deepEqual(texts("%matplotlib inline\n!pip install keras\n%%time\nx = 1\n?x\nx.fit?\n"), ["x = 1\n"]);
    assert.deepEqual(
      texts("______\nLayer (type)   Output\n======\nlstm (LSTM)      (None, 3)    96\nTotal params: 96\n│ a │\nx = y % z\n"),
      ["x = y % z\n"],
    );
  });

  it("know where they came from", () => {
    const source = "x = 1\n>>> y = (\n...     2)\n";
    const [, chunk] = chunksOf(source);
    assert.ok(chunk !== undefined);
    assert.equal(source[chunk.toSource(chunk.text.indexOf("2"))], "2");
    assert.equal(source.slice(chunk.toSource(0), chunk.toSource(1)), "y");
  });

  it("end where a bracket was forgotten", () => {
    assert.deepEqual(texts("a = f(g(1,\nb = 2\nc = [1,\n2]\n"), ["a = f(g(1,\n))\n", "b = 2\n", "c = [1,\n2]\n"]);
    assert.deepEqual(texts("class A:\n    def f(self):\n        self.x = nn.LSTM(3,\n        self.y = 2\n    def g(self): pass\nz = 1\n"), [
      "class A:\n    def f(self):\n        self.x = nn.LSTM(3,\n)\n        self.y = 2\n    def g(self): pass\n",
      "z = 1\n",
    ]);
    // What is only badly laid out is left as it is.
    assert.deepEqual(texts("m = Sequential([\nLSTM(3),\nDense(1)\n])\nx = 1\n"), ["m = Sequential([\nLSTM(3),\nDense(1)\n])\n", "x = 1\n"]);
  });

  it("see strings, comments and continued lines as Python does", () => {
    const whole = ['s = """\nx = (\n"""\n', "t = 'a(' # (\n", 'u = "it\'s" \\\n  "x"\n', "v = 1\n"];
    assert.deepEqual(texts(whole.join("")), whole);
    assert.deepEqual(texts("don't (\nx = 1\n").at(-1), "x = 1\n");
  });

  it("of a selection inside a function lose its indent", () => {
    assert.deepEqual(texts("    a = 1\n    if a:\n        b = 2\n"), ["a = 1\n", "if a:\n    b = 2\n"]);
  });

  it("of Markdown are what stands in its fences", () => {
    assert.deepEqual(texts("Use LSTM (x\n```python\na = 1\n```\nor\n```\nb = (\n```\n", true), ["a = 1\n", "b = (\n)\n"]);
  });
});
