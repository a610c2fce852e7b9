/** What the page shows as text that stands for itself: its elements without their behaviour, its styles, the theme's colours. */

/** A copy that looks the same: canvases as pictures, fields as their text. */
export function stillOf(element: Element): HTMLElement {
  const copy = element.cloneNode(true) as HTMLElement;
  const canvases = copy.querySelectorAll("canvas");
  element.querySelectorAll("canvas").forEach((canvas, i) => {
    const picture = document.createElement("img");
    picture.src = canvas.toDataURL("image/png");
    picture.alt = canvas.getAttribute("aria-label") ?? "";
    picture.style.width = canvas.style.width;
    picture.style.height = canvas.style.height;
    canvases[i]?.replaceWith(picture);
  });
  const fields = copy.querySelectorAll("input, select");
  element.querySelectorAll<HTMLInputElement>("input, select").forEach((field, i) => {
    const text = document.createElement("span");
    text.textContent = field.type === "range" ? "" : field.value;
    fields[i]?.replaceWith(text);
  });
  for (const button of copy.querySelectorAll("button, [tabindex]")) button.removeAttribute("tabindex");
  return copy;
}

/** The page's own rules; of the theme's variables those that they, or the copy itself, use. */
export function stylesOf(body: HTMLElement): string {
  const rules = [...document.styleSheets].flatMap((sheet) => {
    try {
      return [...sheet.cssRules].map((rule) => rule.cssText);
    } catch {
      // A sheet of the editor's own, which may not be read; ours says that it may.
      return [];
    }
  });
  const text = rules.join("\n");
  const root = getComputedStyle(document.documentElement);
  const names = new Set((text + body.outerHTML).match(/--vscode-[\w-]+/g) ?? []);
  const variables = [...names].map((name) => [name, root.getPropertyValue(name)] as const).filter(([, value]) => value !== "");
  return `:root{${variables.map(([name, value]) => `${name}:${value};`).join("")}}\n${text}`;
}

export interface Still {
  readonly body: HTMLElement;
  readonly styles: string;
  /** Of the body: the theme's kind. */
  readonly classes: string;
}

export function svgOf({ body, styles, classes }: Still, width: number, height: number): string {
  const frame = document.createElement("div");
  frame.className = classes;
  frame.append(style(styles), body);
  frame.setAttribute("style", `width:${width}px;height:${height}px;overflow:hidden;background:var(--vscode-editor-background)`);
  const html = new XMLSerializer().serializeToString(frame);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><foreignObject width="100%" height="100%">${html}</foreignObject></svg>`;
}

/** Two pixels for each of the page, as a good screen has. */
export async function pngOf(svg: string, width: number, height: number): Promise<Uint8Array | null> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  const factor = Math.min(2, 8192 / Math.max(width, height, 1));
  canvas.width = Math.round(width * factor);
  canvas.height = Math.round(height * factor);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  return blob === null ? null : new Uint8Array(await blob.arrayBuffer());
}

/** One file without a script. */
export function htmlOf({ body, styles, classes }: Still, title: string, language: string): string {
  const page = document.implementation.createHTMLDocument(title);
  page.documentElement.lang = language;
  const charset = page.createElement("meta");
  charset.setAttribute("charset", "utf-8");
  const policy = page.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  page.head.prepend(charset, policy);
  page.head.append(style(`${styles}\nhtml,body{height:auto;overflow:auto;background:var(--vscode-editor-background)}`));
  page.body.className = classes;
  page.body.append(body);
  return `<!DOCTYPE html>\n${page.documentElement.outerHTML}`;
}

function style(text: string): HTMLStyleElement {
  const element = document.createElement("style");
  // A rule cannot end the element: our styles hold no "<".
  element.textContent = text.replaceAll("<", "");
  return element;
}
