/** The engine's process with a GPU that can be lost. */
import "./lostGpu.js";
import "../../extension/engine/main.js";
