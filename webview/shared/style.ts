/** Styles set through the CSSOM, which the CSP allows; lit's `styleMap` writes an attribute first, which it does not. */
import { noChange } from "lit";
import { type AttributePart, Directive, directive, type ElementPart, type PartInfo, PartType } from "lit/directive.js";

export type Styles = Readonly<Record<string, string>>;

class StyleDirective extends Directive {
  private before: Styles = {};

  constructor(info: PartInfo) {
    super(info);
    if (info.type !== PartType.ELEMENT) throw new Error("styled() belongs into a tag, not into an attribute.");
  }

  render(styles: Styles): symbol {
    void styles;
    return noChange;
  }

  override update(part: AttributePart | ElementPart, [styles]: [Styles]): symbol {
    const { style } = part.element as HTMLElement;
    for (const name of Object.keys(this.before)) if (!(name in styles)) style.removeProperty(name);
    for (const [name, value] of Object.entries(styles)) if (this.before[name] !== value) style.setProperty(name, value);
    this.before = styles;
    return noChange;
  }
}

/** In a tag: `<div ${styled({ left: "4px" })}>`. Names are as in CSS. */
export const styled = directive(StyleDirective);
