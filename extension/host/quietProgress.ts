/** Work that is mostly over at once: only when it is not, a notification shows it and offers to cancel. */
import * as vscode from "vscode";

const QUIET_MS = 400;

export async function withQuietProgress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const result = work(abort.signal);
  const over = result.then(
    () => undefined,
    () => undefined,
  );
  const timer = setTimeout(() => {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, (_, token) => {
      token.onCancellationRequested(() => abort.abort());
      return over;
    });
  }, QUIET_MS);
  return result.finally(() => clearTimeout(timer));
}
