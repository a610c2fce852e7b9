/** What was built, loaded as its users load it: by path. */
import { createRequire } from "node:module";
import * as path from "node:path";
import type * as nodeApi from "../../extension/api/node.js";
import type { NativeAddon } from "../../extension/engine/binding.js";
import { root } from "./root.js";

const load = createRequire(__filename);
/** The addon whose GPU is emulated; only on Linux, only for tests. */
export const emulatorFile = path.join(root, "dist", "unroll-emulator.node");
export const apiFile = path.join(root, "dist", "node.js");
export const loadAddon = (): NativeAddon => load(path.join(root, "dist", "unroll.node")) as NativeAddon;
export const loadApi = (): typeof nodeApi => load(apiFile) as typeof nodeApi;
