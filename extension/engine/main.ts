/** The engine's process: wires the service to the channel of `child_process.fork`, and ends with its parent. */
import { EngineService } from "./service.js";

const service = new EngineService(
  (answer) => {
    // The parent may be gone: then there is nobody to answer.
    if (process.connected) process.send?.(answer);
  },
  (line) => console.error(line),
);

process.on("message", (message) => service.receive(message));
// A busy child must not outlive its host.
process.on("disconnect", () => process.exit(0));
