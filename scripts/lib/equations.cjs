// The cells' equations as MathML: written here as LaTeX, made by temml when the bundle is built, so that no reader of LaTeX is shipped.
"use strict";
const temml = require("temml");

/** `@now`, `@before`, `@act` and `@gate` are put in where they are shown. */
const word = (/** @type {string} */ name) => `\\text{@${name}}`;
const [now, before, act, gate] = ["now", "before", "act", "gate"].map(word);
const call = (/** @type {string | undefined} */ f, /** @type {string} */ inner) => `${f} ( ${inner} )`;
const gateOf = (/** @type {string} */ g, /** @type {string} */ bias) =>
  `${g} = ${call(gate, `x_{${now}} W_${g} + h_{${before}} U_${g}${bias}`)}`;

/** @param {boolean} useBias */
function lines(useBias) {
  const b = useBias ? " + b" : "";
  const of = (/** @type {string} */ g) => (useBias ? ` + b_${g}` : "");
  const candidate = "\\tilde{c}";
  const mix = `h_{${now}} = z \\odot h_{${before}} + (1 - z) \\odot ${candidate}`;
  const inner = useBias
    ? `x_{${now}} W_c + b_c + r \\odot ( h_{${before}} U_c + b'_c )`
    : `x_{${now}} W_c + r \\odot ( h_{${before}} U_c )`;
  return {
    simple_rnn: [`h_{${now}} = ${call(act, `x_{${now}} W + h_{${before}} U${b}`)}`],
    lstm: [
      `h_{${now}} = o \\odot ${call(act, `c_{${now}}`)}`,
      `c_{${now}} = f \\odot c_{${before}} + i \\odot ${candidate}`,
      `${candidate} = ${call(act, `x_{${now}} W_c + h_{${before}} U_c${of("c")}`)}`,
      ...["i", "f", "o"].map((g) => gateOf(g, of(g))),
    ],
    gru: [mix, `${candidate} = ${call(act, inner)}`, ...["z", "r"].map((g) => gateOf(g, useBias ? ` + b_${g} + b'_${g}` : ""))],
    gru_before: [
      mix,
      `${candidate} = ${call(act, `x_{${now}} W_c + ( r \\odot h_{${before}} ) U_c${of("c")}`)}`,
      ...["z", "r"].map((g) => gateOf(g, of(g))),
    ],
    dense: [`y_{${now}} = ${call(act, `x_{${now}} W${b}`)}`],
  };
}

/** Numbers are numbers, names of functions identifiers: as text they would be set as words. */
const number = (/** @type {string} */ _, /** @type {string} */ name) =>
  name === "@now" || name === "@before" ? `<mn>${name}</mn>` : `<mi>${name}</mi>`;

/** MathML by cell, "simple_rnn" or "simple_rnn nobias". The views' security policy allows no style attributes. */
module.exports.equations = () => {
  /** @type {Record<string, string[]>} */
  const out = {};
  for (const useBias of [true, false])
    for (const [name, all] of Object.entries(lines(useBias)))
      out[useBias ? name : `${name} nobias`] = all.map((line) =>
        temml
          .renderToString(line, { annotate: false })
          .replace(/ style="[^"]*"/g, "")
          .replace(/<mtext>(@\w+)<\/mtext>/g, number),
      );
  return out;
};
