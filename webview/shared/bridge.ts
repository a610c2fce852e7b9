/** The one way between a view and the host: typed messages out, decoded messages in, what does not fit is logged and dropped. */
import type { Decoder } from "../../extension/core/protocol/decode.js";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Bridge<Out> {
  post(message: Out): void;
  /** What `save` kept when the view was last hidden or reloaded; undefined at first. Decode it. */
  saved(): unknown;
  save(state: unknown): void;
  /** The latest messages that did not fit, for tests and the doctor. */
  readonly dropped: readonly unknown[];
}

const MAX_DROPPED = 20;

/** Acquires VS Code's API (possible once a page) and listens. */
export function connect<In, Out>(decode: Decoder<In>, receive: (message: In) => void): Bridge<Out> {
  const api = acquireVsCodeApi();
  const dropped: unknown[] = [];
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    const message = decode(event.data);
    if (message !== undefined) {
      receive(message);
      return;
    }
    dropped.push(event.data);
    if (dropped.length > MAX_DROPPED) dropped.shift();
    console.warn("Unroll: a message from the host does not fit and was dropped.", event.data);
  });
  return {
    post: (message) => api.postMessage(message),
    saved: () => api.getState(),
    save: (state) => api.setState(state),
    dropped,
  };
}
