import assert from "node:assert/strict";
import type { EngineAnswer, EngineRequest } from "../core/protocol/engine.js";
import { Watch } from "./watch.js";

type Types = EngineRequest["type"][];

/** A watch on an engine, with a clock of its own: `run` lets time pass, and looks when the timer would. */
class Fake {
  pings = 0;
  silent = 0;
  private now = 0;
  private readonly watch: Watch;

  constructor(waiting: Types) {
    const engine = { waiting: () => waiting, ping: () => void this.pings++, silent: () => void this.silent++ };
    this.watch = new Watch({ pingMs: 5000, progressMs: 30_000 }, engine, () => this.now);
    this.watch.start();
  }

  run(ms: number, each?: (watch: Watch, at: number) => void, step = 2500): void {
    for (const end = this.now + ms; this.now < end && this.silent === 0;) {
      this.now += step;
      each?.(this.watch, this.now);
      this.watch.look();
    }
    this.watch.stop();
  }
}
const watched = (waiting: Types): Fake => new Fake(waiting);

const progress = (done: number): EngineAnswer => ({ type: "progress", id: 1, done, total: 100 });
const pong: EngineAnswer = { type: "pong", id: 9 };

describe("watching the engine", () => {
  it("gives it up after two pings without an answer", () => {
    const engine = watched(["readSlice"]);
    engine.run(5000);
    assert.deepEqual([engine.pings, engine.silent], [2, 0]);
    engine.run(5000);
    assert.deepEqual([engine.pings, engine.silent], [2, 1]);
  });

  it("does not while it answers pings", () => {
    const engine = watched(["readSlice"]);
    engine.run(120_000, (watch) => watch.heard(pong));
    assert.equal(engine.silent, 0);
    assert.ok(engine.pings > 20);
  });

  it("gives up a run without progress for 30 s, and does not ping it", () => {
    const engine = watched(["run", "readSlice"]);
    engine.run(29_000, (watch) => watch.heard(progress(7)));
    assert.deepEqual([engine.pings, engine.silent], [0, 0]);
    engine.run(10_000, (watch) => watch.heard(progress(7)));
    assert.equal(engine.silent, 1);
  });

  for (const type of ["check", "sensitivity"] as const)
    it(`watches a ${type} as it does a run`, () => {
      const engine = watched([type]);
      engine.run(120_000, (watch, at) => watch.heard(progress(Math.floor(at / 20_000))));
      assert.deepEqual([engine.pings, engine.silent], [0, 0]);
      const hung = watched([type]);
      hung.run(60_000);
      assert.equal(hung.silent, 1);
    });

  it("lets a run go on for hours while it gets on", () => {
    const engine = watched(["run"]);
    engine.run(3_600_000, (watch, at) => watch.heard(progress(Math.floor(at / 20_000))));
    assert.equal(engine.silent, 0);
  });

  it("leaves a model that is loaded its time, and begins anew behind it", () => {
    const waiting: Types = ["load", "run"];
    const engine = watched(waiting);
    engine.run(600_000);
    assert.deepEqual([engine.pings, engine.silent], [0, 0]);
    waiting.shift();
    engine.run(25_000);
    assert.equal(engine.silent, 0);
    engine.run(10_000);
    assert.equal(engine.silent, 1);
  });

  it("does not blame the engine for the computer's own sleep", () => {
    const engine = watched(["run"]);
    engine.run(20_000);
    engine.run(8 * 3_600_000, undefined, 8 * 3_600_000);
    engine.run(20_000);
    assert.equal(engine.silent, 0);
  });
});
