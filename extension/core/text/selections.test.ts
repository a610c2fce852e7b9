/** Every case of selections.json: shape, numbers, columns or the kind of error and its words. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { fixtures } from "../../../test/support/root.js";
import { say } from "../messages.js";
import { parseSelection, type Selection } from "./parseSelection.js";

interface Expectation {
  readonly kind: "tensor" | "error";
  readonly shape?: number[];
  readonly values?: number[];
  readonly columns?: string[];
  readonly checks?: { index: number[]; value: number }[];
  readonly error?: string;
  readonly should_mention?: string[];
}

interface Case {
  readonly id: string;
  readonly text?: string;
  readonly text_recipe?:
    | { kind: "csv"; rows: number; cols: number; cell: string; line_end: string }
    | { kind: "repeat"; prefix: string; middle: string; suffix: string; count: number };
  readonly language: string;
  readonly expect: Expectation;
  readonly also_accept?: Expectation[];
}

const { cases } = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", "selections.json"), "utf8")) as { cases: Case[] };

function textOf(item: Case): string {
  const recipe = item.text_recipe;
  if (recipe === undefined) return item.text ?? "";
  if (recipe.kind === "repeat") return recipe.prefix.repeat(recipe.count) + recipe.middle + recipe.suffix.repeat(recipe.count);
  const cell = new Function("row", "col", "rows", "cols", `return ${recipe.cell}`) as (
    row: number,
    col: number,
    rows: number,
    cols: number,
  ) => unknown;
  const line = (row: number): string =>
    Array.from({ length: recipe.cols }, (_, col) => String(cell(row, col, recipe.rows, recipe.cols))).join(",");
  return Array.from({ length: recipe.rows }, (_, row) => line(row) + recipe.line_end).join("");
}

function check(got: Selection, expected: Expectation): void {
  if (expected.kind === "error") {
    assert.ok(!got.ok, "an error was expected");
    assert.equal(got.kind, expected.error);
    for (const word of expected.should_mention ?? []) assert.ok(say(got.message).includes(word), `${word} in ${say(got.message)}`);
    return;
  }
  assert.ok(got.ok, got.ok ? "" : `${got.kind}: ${say(got.message)}`);
  assert.deepEqual(got.shape, expected.shape);
  if (expected.values !== undefined) assert.deepEqual([...got.values], expected.values.map(Math.fround));
  if (expected.columns !== undefined) assert.deepEqual(got.columns, expected.columns);
  for (const { index, value } of expected.checks ?? []) {
    const at = index.reduce((flat: number, i: number, axis: number): number => flat * (got.shape[axis] ?? 1) + i, 0);
    assert.equal(got.values[at], Math.fround(value));
  }
}

describe("selections.json", () => {
  for (const item of cases) {
    it(item.id, () => {
      const got = parseSelection(textOf(item), { languageId: item.language });
      try {
        check(got, item.expect);
      } catch (error) {
        const other = (item.also_accept ?? []).some((accepted): boolean => {
          try {
            check(got, accepted);
            return true;
          } catch {
            return false;
          }
        });
        if (!other) throw error;
      }
    });
  }
});
