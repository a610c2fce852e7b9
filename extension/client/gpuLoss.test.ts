import assert from "node:assert/strict";
import { failure } from "../core/errors.js";
import { say } from "../core/messages.js";
import { type GpuLoss, gpuRefused, lostFailure, nextLoss, noLoss } from "./gpuLoss.js";
import { initialState, next, type SupervisorEvent } from "./supervisor.js";

const lost = (...times: number[]): GpuLoss => times.reduce((state, at) => nextLoss(state, "lost", at), noLoss);
const engineSays = failure("DEVICE_LOST", "The GPU stopped answering: {reason}. Only …", { reason: "CUDA error 719" });

describe("a GPU that is lost", () => {
  it("is tried once more, then left alone", () => {
    assert.equal(gpuRefused(noLoss, "auto"), null);
    assert.equal(gpuRefused(lost(0), "auto"), null);
    assert.match(say(gpuRefused(lost(0, 1), "auto")?.reason ?? { text: "" }), /twice.*CPU/);
  });

  it("is left alone for the session, however long it was well in between", () => {
    const day = 86_400_000;
    assert.notEqual(gpuRefused(lost(0, 3 * day), "auto"), null);
    assert.deepEqual(lost(0, 3 * day).lostAt, [0, 3 * day]);
  });

  it("is tried again where somebody restarts the engine, and then has both its chances", () => {
    const forgiven = nextLoss(lost(0, 1), "restartAsked", 2);
    assert.equal(gpuRefused(forgiven, "auto"), null);
    assert.equal(gpuRefused(nextLoss(forgiven, "lost", 3), "auto"), null);
    assert.notEqual(gpuRefused(nextLoss(nextLoss(forgiven, "lost", 3), "lost", 4), "auto"), null);
  });

  it("is never replaced where it was named", () => {
    for (const choice of ["cuda", "cpu", "js"] as const) assert.equal(gpuRefused(lost(0, 1, 2, 3), choice), null);
  });

  it("says what comes next: the GPU again, or the CPU", () => {
    const said = (state: GpuLoss, choice: "auto" | "cuda"): string => say(lostFailure(state, choice, engineSays).message);
    assert.match(said(lost(0), "auto"), /CUDA error 719.*next run tries the GPU again/);
    assert.match(said(lost(0, 1), "auto"), /second time: CUDA error 719.*From now on the CPU/);
    assert.match(said(lost(0, 1), "cuda"), /next run tries the GPU again/);
    assert.equal(lostFailure(lost(0), "auto", failure("DEVICE_LOST", "lost")).message.text, "lost");
  });

  it("does not touch the restart budget: ending its process is our own doing", () => {
    const events: SupervisorEvent[] = Array.from({ length: 12 }, () => ["start", "welcome", "run", "rest", "kill"] as const).flat();
    const state = events.reduce((from, event, at) => next(from, event, at), initialState);
    assert.deepEqual([state.phase, state.deaths], ["idle", []]);
  });
});
