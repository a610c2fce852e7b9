import * as assert from "node:assert/strict";
import { initialState, next, type SupervisorEvent, type SupervisorState } from "./supervisor.js";

function after(...events: [SupervisorEvent, number][]): SupervisorState {
  return events.reduce((state, [event, at]) => next(state, event, at), initialState);
}

const crashes = (...at: number[]): [SupervisorEvent, number][] =>
  at.flatMap((time) => [["start", time] as [SupervisorEvent, number], ["exit", time]]);

describe("the supervisor", () => {
  it("starts, works, rests", () => {
    assert.equal(after(["start", 0]).phase, "starting");
    assert.equal(after(["start", 0], ["welcome", 1]).phase, "ready");
    assert.equal(after(["start", 0], ["welcome", 1], ["run", 2]).phase, "busy");
    assert.equal(after(["start", 0], ["welcome", 1], ["run", 2], ["rest", 3]).phase, "ready");
  });

  it("restarts four times in three minutes, then gives up", () => {
    assert.equal(after(...crashes(0, 1, 2, 3)).phase, "idle");
    assert.equal(after(...crashes(0, 1, 2, 3, 4)).phase, "dead");
  });

  it("forgets deaths that are three minutes old", () => {
    assert.equal(after(...crashes(0, 1, 2, 3, 180_001)).phase, "idle");
    assert.equal(after(...crashes(0, 1, 2, 3, 179_999)).phase, "dead");
  });

  it("does not count kills of its own", () => {
    const kills = Array.from({ length: 20 }, (_, at): [SupervisorEvent, number] => ["kill", at]);
    assert.equal(after(...kills, ...crashes(20, 21, 22, 23)).phase, "idle");
  });

  it("stays dead until a restart is asked for, which forgives", () => {
    const dead = crashes(0, 1, 2, 3, 4);
    assert.equal(after(...dead, ["rest", 5]).phase, "dead");
    assert.equal(after(...dead, ["restartAsked", 5]).phase, "idle");
    assert.equal(after(...dead, ["restartAsked", 5], ...crashes(6, 7, 8, 9)).phase, "idle");
  });
});
