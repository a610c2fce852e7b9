/** Quick fixes in the source: what they write makes the model fit, and where it is not certain there is none. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { readingsOf } from "./readings.js";

/** The source after the first fix of its first trouble; null: there is none. */
function mended(source: string): string | null {
  const layer = readingsOf(source, "python")
    .flatMap(({ layers }) => layers)
    .find(({ trouble }) => trouble !== null);
  assert.ok(layer, "nothing is wrong");
  const [fix] = layer.fixes;
  return fix === undefined ? null : source.slice(0, fix.start) + fix.text + source.slice(fix.end);
}

function isWell(source: string): boolean {
  return readingsOf(source, "python").every(({ layers }) => layers.every(({ trouble }) => trouble === null));
}

const stack = (layer: string): string => `model = Sequential([Input((4, 5)), ${layer}, GRU(4)])\n`;

describe("quick fixes in code", () => {
  it("insert or replace the argument of the layer that is to blame", () => {
    const cases: [string, string][] = [
      ["LSTM(8)", "LSTM(8, return_sequences=True)"],
      ["layers.LSTM(units)", "layers.LSTM(units, return_sequences=True)"],
      ["LSTM(8,)", "LSTM(8, return_sequences=True,)"],
      ["LSTM(8, return_sequences=False)", "LSTM(8, return_sequences=True)"],
      ['LSTM(8, name="a,)")', 'LSTM(8, name="a,)", return_sequences=True)'],
      ["LSTM(\n    8,  # units\n)", "LSTM(\n    8, return_sequences=True,  # units\n)"],
      ["Bidirectional(LSTM(8), merge_mode='sum')", "Bidirectional(LSTM(8, return_sequences=True), merge_mode='sum')"],
      ["Bidirectional(layer=GRU(8))", "Bidirectional(layer=GRU(8, return_sequences=True))"],
      ["LSTM(8, return_sequences=True, return_state=True)", "LSTM(8, return_sequences=True, return_state=False)"],
      [
        "Bidirectional(GRU(8, return_sequences=True), merge_mode=None)",
        'Bidirectional(GRU(8, return_sequences=True), merge_mode="concat")',
      ],
    ];
    for (const [before, after] of cases) {
      const bind = "units = 3\n";
      assert.equal(mended(bind + stack(before)), bind + stack(after), before);
      assert.ok(isWell(bind + stack(after)), after);
    }
  });

  it("change the layer that dropped the steps, not the one that suffers", () => {
    const source = "model = Sequential([Input((4, 5)), LSTM(8), Dropout(0.1), GRU(4)])";
    assert.equal(mended(source), "model = Sequential([Input((4, 5)), LSTM(8, return_sequences=True), Dropout(0.1), GRU(4)])");
  });

  it("are left out where the text does not say it", () => {
    const cases = [
      stack("LSTM(8, return_sequences=many)").replace("model", "many = False\nmodel"),
      stack("LSTM(8, **options)").replace("model", "options = {}\nmodel"),
      "model = Sequential([Input((4, 5))] + [LSTM(8) for _ in range(3)])\n",
      "model = Sequential()\nmodel.add(Input((4, 5)))\nfor n in (8, 4):\n    model.add(LSTM(n))\n",
    ];
    for (const source of cases) assert.equal(mended(source), null, source);
  });

  it("never break a call, however it is laid out", () => {
    const space = fc.constantFrom("", " ", "\n  ", "  # note ) (\n  ");
    const argument = fc.constantFrom("units=8", "8", 'activation="tanh"', "use_bias=(True)", "dropout=0.1");
    const call = fc
      .tuple(space, fc.uniqueArray(argument, { minLength: 1, maxLength: 3 }), space, fc.boolean())
      .filter(([, names]) => names.some((name) => /8/.test(name)) && names.filter((name) => /8/.test(name)).length === 1)
      .map(([before, names, after, comma]) => {
        const ordered = [...names].sort((a, b) => Number(a !== "8") - Number(b !== "8"));
        return `LSTM(${before}${ordered.join(`,${before || " "}`)}${comma ? "," : ""}${after})`;
      });
    fc.assert(
      fc.property(call, (text) => {
        const after = mended(stack(text));
        assert.ok(after !== null, text);
        assert.ok(isWell(after), after);
      }),
    );
  });
});
