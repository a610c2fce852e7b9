/** The frame of a webview: a strict content security policy, one script, one style sheet. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

export type ViewName = "designer" | "results" | "tensor";

/** Scripts and styles come from `dist` only. */
export function webviewOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, "dist")] };
}

export function webviewHtml(webview: vscode.Webview, extension: vscode.Uri, view: ViewName, title: string): string {
  const nonce = randomBytes(18).toString("base64url");
  const uri = (file: string): string => escape(webview.asWebviewUri(vscode.Uri.joinPath(extension, "dist", file)).toString());
  // `data:` for pictures that the view draws itself before they are saved; `crossorigin` lets it read its own styles for that.
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; img-src ${webview.cspSource} data:; font-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="${escape(vscode.env.language)}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
  <title>${escape(title)}</title>
  <link rel="stylesheet" crossorigin="anonymous" href="${uri(`${view}.css`)}">
</head>
<body class="unroll-${view}">
  <script nonce="${nonce}" src="${uri(`${view}.js`)}"></script>
</body>
</html>`;
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
