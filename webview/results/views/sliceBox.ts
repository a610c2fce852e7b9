/** The slice of the tensor that the grid shows, typed as in Python: "[0, :, 2:8]". */
import { html, nothing, type TemplateResult } from "lit";
import type { LayerSpec } from "../../../extension/core/model/spec.js";
import { t } from "../../shared/l10n.js";
import { addressText } from "../convention.js";
import type { Plane } from "../matrix.js";
import { parseSlice, type SliceProblem } from "../sliceText.js";
import type { Around } from "../view.js";
import { axisName } from "../words.js";
import { ghost } from "./controls.js";

export function sliceBox(view: Around, plane: Plane, spec: LayerSpec | null): TemplateResult {
  const { convention, slice } = view.state.chosen;
  const { tensor } = plane;
  // In another order than the stored one it is only read.
  if (convention !== "keras" && slice === "") {
    const text = addressText(tensor, spec, convention, shownIndex(plane));
    return html`<span class="dim small">${t("slice")}</span> <code id="slice-text">${text}</code>`;
  }
  const parsed = parseSlice(slice, tensor.shape);
  const problem = parsed.ok ? null : problemWord(parsed.problem, plane);
  const change = (event: Event): void => {
    const text = (event.target as HTMLInputElement).value.trim();
    view.choose({ slice: text, row: 0, column: 0 });
  };
  return html`<label class="dim small" for="slice-text">${t("slice")}</label>
    <input
      class="field slice-field"
      id="slice-text"
      type="text"
      spellcheck="false"
      autocomplete="off"
      size="18"
      .value=${slice === "" ? addressText(tensor, null, "keras", shownIndex(plane)) : slice}
      aria-invalid=${String(problem !== null)}
      aria-describedby=${problem === null ? nothing : "slice-problem"}
      @change=${change}
    />
    ${slice === "" ? nothing : ghost("slice-all", "close", t("All values"), () => view.choose({ slice: "", row: 0, column: 0 }))}
    ${problem === null ? nothing : html`<span class="problem small" id="slice-problem" role="alert">${problem}</span>`}`;
}

/** null for the axes that the grid spreads out. */
function shownIndex({ start, rowAxis, columnAxis }: Plane): (number | null)[] {
  return start.map((at, axis) => (axis === rowAxis || axis === columnAxis ? null : at));
}

function problemWord(problem: SliceProblem, { tensor }: Plane): string {
  switch (problem.why) {
    case "syntax":
      return t("“{part}” is neither an index nor a range such as 2:8.", { part: problem.part });
    case "axes":
      return t("{given} indices for {axes} axes.", { given: problem.given, axes: problem.axes });
    case "empty":
      return t("“{part}” holds nothing.", { part: problem.part });
    case "outside":
      return t("{axis} has {size} entries: {part} is outside.", {
        axis: axisName(tensor, problem.axis),
        size: problem.size,
        part: problem.part,
      });
  }
}
