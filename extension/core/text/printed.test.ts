/** Numbers as consoles, spreadsheets and languages write them: the shape and values, or the refusal and its place. */
import * as assert from "node:assert/strict";
import { say } from "../messages.js";
import { parseSelection, type SelectionErrorKind } from "./parseSelection.js";

type Good = readonly [title: string, language: string, text: string, shape: number[], values: number[]];

const one = [1, 2, 3, 4];
const good: readonly Good[] = [
  ["NumPy, a wrapped line", "plaintext", "[0.   0.25 0.5  0.75\n 1.   1.25]", [6], [0, 0.25, 0.5, 0.75, 1, 1.25]],
  ["NumPy, scientific", "plaintext", "[[ 1.e+00  2.e-03]\n [-3.e+05  4.e+00]]", [2, 2], [1, 0.002, -300000, 4]],
  ["NumPy 2 with its shape", "plaintext", "array([[1, 2],\n       [3, 4]], shape=(2, 2), dtype='<f4')", [2, 2], one],
  ["NumPy scalars in a list", "python", "[np.float64(1.5), np.float64(2.5)]", [2], [1.5, 2.5]],
  ["PyTorch on a GPU", "plaintext", "tensor([[1., 2.]], device='cuda:0',\n       grad_fn=<AddBackward0>)", [1, 2], [1, 2]],
  ["a parameter of PyTorch", "plaintext", "Parameter containing:\ntensor([[1.], [2.]], requires_grad=True)", [2, 1], [1, 2]],
  ["TensorFlow", "plaintext", "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>", [2], [1, 2]],
  ["an echoed name", "python", ">>> x\narray([1, 2])", [2], [1, 2]],
  ["IPython", "python", "In [3]: x\nOut[3]: \narray([1, 2])", [2], [1, 2]],
  ["pandas with a footer", "plaintext", "     a    b\n0  1.0  2.0\n1  3.0  4.0\n\n[2 rows x 2 columns]", [2, 2], one],
  ["a pandas series", "plaintext", "0    1.5\n1    2.5\nName: close, dtype: float64", [2], [1.5, 2.5]],
  ["R, one line", "plaintext", "[1] 1.5 2.5", [2], [1.5, 2.5]],
  ["R, counted lines", "r", " [1]  1  2  3\n [4]  4 -5", [5], [1, 2, 3, 4, -5]],
  ["an R matrix", "plaintext", "     [,1] [,2]\n[1,]    1    2\n[2,]    3    4", [2, 2], one],
  ["a Julia matrix", "plaintext", "2×2 Matrix{Float64}:\n 1.0  2.0\n 3.0  4.0", [2, 2], one],
  ["a Julia vector", "julia", "2-element Vector{Float64}:\n 1.0\n 2.0", [2], [1, 2]],
  ["a typed Julia literal", "julia", "Float32[1 2; 3 4]", [2, 2], one],
  ["MATLAB's answer", "plaintext", "ans =\n\n    1.0000    2.0000\n    3.0000    4.0000\n", [2, 2], one],
  ["MATLAB remarks", "plaintext", "% data\nA = [1 2 % first\n 3 4]; % done", [2, 2], one],
  ["MATLAB, continued lines", "plaintext", "A = [1, 2; ... more\n 3, 4];".replace(" more", ""), [2, 2], one],
  ["MATLAB, rows on lines", "plaintext", "A = [1 2\n3 4];", [2, 2], one],
  ["a typed array", "javascript", "const x = new Float32Array([1, 2.5]);", [2], [1, 2.5]],
  ["Node's console", "plaintext", "Float32Array(2) [ 1, 2.5 ]", [2], [1, 2.5]],
  ["TensorFlow.js", "plaintext", "Tensor\n    [[1, 2],\n     [3, 4]]", [2, 2], one],
  ["Java", "java", "float[][] x = new float[][] {{1f, 2f}, {3f, 4f}};", [2, 2], one],
  ["C#", "csharp", "var x = new double[,] { { 1.0, 2.0 }, { 3.0, 4.0 } };", [2, 2], one],
  ["Rust", "rust", "let x: [[f32; 2]; 2] = [[1.0, 2.0], [3.0, 4.0]];", [2, 2], one],
  ["libtorch", "cpp", "torch::tensor({{1.f, 2.f}, {3.f, 4.f}})", [2, 2], one],
  ["quoted thousands", "csv", 'a,b\r\n"1,234.5",2\r\n"2,345.5",3\r\n', [2, 2], [1234.5, 2, 2345.5, 3]],
  ["German thousands", "csv", "a;b\n1.234,5;2\n2.345,5;3\n", [2, 2], [1234.5, 2, 2345.5, 3]],
  ["Markdown with emphasis", "markdown", "| a | b |\n|:--|--:|\n| **1** | `2` |\n| 3 | _4_ |", [2, 2], one],
  ["a spreadsheet", "plaintext", "Name\tQ1\tQ2\r\nfoo\t1\t2\r\nbar\t3\t4\r\n", [2, 2], one],
];

const rows = (count: number, row: (i: number) => string): string => Array.from({ length: count }, (_, i) => row(i)).join("\n");

type Bad = readonly [title: string, language: string, text: string, kind: SelectionErrorKind, range: string];

const bad: readonly Bad[] = [
  ["a NumPy ellipsis", "plaintext", "[0. 0. ... 0. 0.]", "truncated", "..."],
  ["a pandas ellipsis", "plaintext", "     a    b\n0  1.0  2.0\n..  ...  ...\n9  3.0  4.0", "truncated", ".."],
  ["MATLAB's common factor", "plaintext", "A =\n\n   1.0e+03 *\n\n    1.0000    2.0000\n", "not-numeric", "*"],
  ["a transposed matrix", "matlab", "x = [1, 2]'", "trailing-code", "'"],
  ["complex numbers", "python", "array([1+2j, 3])", "not-numeric", "1+2j"],
  ["money", "csv", "name,price\nfoo,$10\nbar,$30\n", "not-numeric", "$10"],
  ["money beside numbers", "csv", "a,price\n1,$10\n2,$30\n", "not-numeric", "$10"],
  ["percent", "plaintext", "1\t12%\n2\t14 %", "not-numeric", "12%"],
  ["an empty cell", "plaintext", "a\tb\tc\n1\t\t3\n4\t5\t6", "missing-value", "\t"],
  ["text far down", "csv", `a,b\n${rows(300, (i) => (i === 250 ? "1,oops" : "1,2"))}`, "not-numeric", "oops"],
  ["an empty cell far down", "csv", `a,b\n${rows(300, (i) => (i === 250 ? "1," : "1,2"))}`, "missing-value", ","],
  ["numbers far down a text column", "csv", `a,b\n${rows(300, (i) => (i < 250 ? "t,2" : "7,2"))}`, "not-numeric", "t"],
  ["numbers far down an empty column", "csv", `a,b\n${rows(300, (i) => (i < 250 ? ",2" : "7,2"))}`, "missing-value", ""],
];

describe("numbers as they are printed", () => {
  for (const [title, languageId, text, shape, values] of good) {
    it(title, () => {
      const found = parseSelection(text, { languageId });
      assert.ok(found.ok, found.ok ? "" : `${found.kind}: ${say(found.message)}`);
      assert.deepEqual(found.shape, shape);
      assert.deepEqual([...found.values], values.map(Math.fround));
      for (const offset of found.offsets) assert.match(text.slice(offset, offset + 10), /^["(]?(?:np\.float64\()?[-+.]?\.?\d/);
    });
  }
});

describe("what would be read wrong", () => {
  for (const [title, languageId, text, kind, range] of bad) {
    it(title, () => {
      const found = parseSelection(text, { languageId });
      assert.ok(!found.ok, "a refusal was expected");
      assert.deepEqual({ kind: found.kind, range: text.slice(found.start, found.end) }, { kind, range });
    });
  }

  it("a limit above the hard one", () => {
    const found = parseSelection("1 ".repeat(26 * 1024 * 1024), { maxBytes: Number.MAX_SAFE_INTEGER });
    assert.ok(!found.ok && found.kind === "too-large");
    assert.match(say(found.message), /50 MiB/);
  });
});
