/** The names of axes in the language of the editor. */
import { t } from "./l10n.js";

export type AxisName = "batch" | "time" | "features" | "units" | "directions" | "axis";

export function axisWord(name: AxisName): string {
  switch (name) {
    case "batch":
      return t("batch");
    case "time":
      return t("time");
    case "features":
      return t("features");
    case "units":
      return t("units");
    case "directions":
      return t("directions");
    case "axis":
      return t("axis");
  }
}
