/** Reads the theme's colours from the page; they change when the user changes the theme. */
import { mix, type Palette, type PaletteName, parseColour, type Rgb, safePairs } from "./colour.js";

export function readPalette(name: PaletteName): Palette {
  const style = getComputedStyle(document.body);
  const theme = themeOf(document.body.classList);
  const colour = (token: string, fallback: string): Rgb =>
    parseColour(style.getPropertyValue(`--vscode-${token}`)) ?? parseColour(fallback) ?? [0, 0, 0];
  const back = colour("editor-background", theme === "light" ? "#ffffff" : "#1f1f1f");
  const fore = colour("editor-foreground", theme === "light" ? "#3b3b3b" : "#cccccc");
  const [safeNegative, safePositive] = safePairs[theme];
  const negative = name === "safe" ? parseColour(safeNegative) : null;
  const positive = name === "safe" ? parseColour(safePositive) : null;
  return {
    back,
    fore,
    zero: mix(back, fore, 0.07),
    negative: negative ?? colour("charts-blue", "#3794ff"),
    positive: positive ?? colour("charts-orange", "#d18616"),
    focus: colour("focusBorder", "#0078d4"),
    safe: name === "safe",
  };
}

function themeOf(classes: DOMTokenList): keyof typeof safePairs {
  if (classes.contains("vscode-light") || classes.contains("vscode-high-contrast-light")) return "light";
  return classes.contains("vscode-high-contrast") ? "contrast" : "dark";
}

/** Calls back when the theme changes, or the editor's fonts. Returns what ends it. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  return () => observer.disconnect();
}
