/** Both sides of the border with native code say the same. */
import * as assert from "node:assert/strict";
import { errorCodes } from "../../extension/core/errors.js";
import { limits } from "../../extension/core/model/limits.js";
import { ABI_VERSION, nativeAddonKeys } from "../../extension/engine/binding.js";
import { loadAddon } from "../support/built.js";

const addon = loadAddon();

describe("the native contract", () => {
  it("exports exactly its names", () => assert.deepEqual(Object.keys(addon).sort(), [...nativeAddonKeys].sort()));
  it("has this version", () => assert.equal(addon.abiVersion, ABI_VERSION));
  it("has the same error codes", () => assert.deepEqual({ ...addon.errorCodes }, { ...errorCodes }));
  it("has the same limits", () => assert.deepEqual({ ...addon.limits }, { ...limits }));
  it("uses the best CPU target that it has", () => {
    const { cpuTarget, cpuTargets, physicalCores } = addon.capabilities();
    assert.equal(cpuTarget, cpuTargets[cpuTargets.length - 1]);
    assert.ok(cpuTargets.includes("scalar"));
    assert.ok(physicalCores >= 1);
  });
});
