import assert from "node:assert/strict";
import { msg } from "../../extension/core/messages.js";
import { bidirectional, dense, recurrent } from "../../extension/core/model/defaults.js";
import { applyEdit, type ModelEdit } from "../../extension/core/model/edit.js";
import type { ModelSpec } from "../../extension/core/model/spec.js";
import { writeModel } from "../../extension/core/model/write.js";
import { decodeDesignerFromHost, type DesignerState, type RunState } from "../../extension/core/protocol/designer.js";
import { initialState, reduce, restored, savedView, type ViewState } from "./state.js";

const layers = [bidirectional(recurrent("LSTM", 8, { returnSequences: true })), recurrent("SimpleRNN", 3), dense(1)];
const sound: ModelSpec = { name: "m", kerasVersion: 3, input: [null, 4, 5], layers, seed: null };

function host(model: ModelSpec | null, run: RunState = { phase: "idle" }): DesignerState {
  return {
    type: "state",
    model: model === null ? null : writeModel(model),
    document: { kind: "scratch", name: "model", problem: null },
    data: null,
    device: { chosen: "auto", used: null, name: "CPU", reason: null, brief: null, options: [] },
    run,
    trusted: true,
  };
}

const edited = (model: ModelSpec, edit: ModelEdit): ModelSpec => {
  const next = applyEdit(model, edit);
  assert.ok(next.ok);
  return next.value;
};
const start = (model: ModelSpec | null = sound): ViewState => reduce(initialState, { type: "host", state: host(model) });
const units = (state: ViewState): unknown => (state.shown?.layers[1] as { units?: number } | undefined)?.units;

describe("the designer's state", () => {
  it("reads the host's model, and is empty without one", () => {
    assert.equal(start().shown?.layers.length, 3);
    assert.equal(start(null).shown, null);
    const odd = reduce(start(), { type: "host", state: { ...host(sound), model: { class_name: "Functional", config: {} } } });
    assert.equal(odd.shown?.layers.length, 3, "the last good model stays");
    assert.notEqual(odd.unreadable, null);
  });

  it("keeps one card and one reason open", () => {
    let state = reduce(start(), { type: "toggleCard", item: 1 });
    state = reduce(state, { type: "toggleCard", item: 2 });
    assert.deepEqual([state.open, state.active], [2, 2]);
    state = reduce(state, { type: "toggleCard", item: 2 });
    assert.equal(state.open, -1);
    state = reduce(reduce(state, { type: "toggleWhy", item: 1 }), { type: "toggleWhy", item: 3 });
    assert.equal(state.why, 3);
  });

  it("shows what is being typed, and forgets what cannot be", () => {
    const edit: ModelEdit = { op: "setOption", index: 1, key: "units", value: 12 };
    const typing = reduce(start(), { type: "draft", draft: { key: "2-units", text: "12", edit } });
    assert.equal(units(typing), 12);
    assert.equal(units(reduce(typing, { type: "draft", draft: { key: "2-units", text: "", edit: null } })), 3);
    assert.equal(units(reduce(typing, { type: "draft", draft: null })), 3);
  });

  it("holds a sent value until the host answers, and then believes the host", () => {
    const edit: ModelEdit = { op: "setOption", index: 1, key: "units", value: 12 };
    const sent = reduce(start(), { type: "sent", edit, pending: {} });
    assert.equal(units(sent), 12);
    assert.equal(units(reduce(sent, { type: "host", state: host(sound) })), 3, "the host refused");
    const agreed = reduce(sent, { type: "host", state: host(edited(sound, edit)) });
    assert.equal(units(agreed), 12);
    assert.deepEqual(agreed.unanswered, []);
  });

  it("keeps a draft through the host's news", () => {
    const edit: ModelEdit = { op: "setOption", index: 1, key: "units", value: 12 };
    const typing = reduce(start(), { type: "draft", draft: { key: "2-units", text: "12", edit } });
    const later = reduce(typing, { type: "host", state: host(edited(sound, { op: "rename", name: "other" })) });
    assert.deepEqual([units(later), later.shown?.name, later.draft?.text], [12, "other", "12"]);
  });
});

describe("edits of the structure", () => {
  const edit: ModelEdit = { op: "move", from: 0, to: 1 };
  const pending = { active: 2, open: -1, focus: "head2", say: msg("{layer} added", { layer: "x" }) };

  it("wait for the host: then the focus follows and the news is told", () => {
    const sent = reduce(start(), { type: "sent", edit, pending });
    assert.equal(sent.shown?.layers[0]?.className, "Bidirectional");
    assert.equal(sent.focus, null);
    const progress = reduce(sent, { type: "host", state: host(sound, { phase: "running", done: 1, total: 9, layer: 1, layers: 3 }) });
    assert.notEqual(progress.pending, null, "a run's progress is no answer");
    const done = reduce(progress, { type: "host", state: host(edited(sound, edit)) });
    assert.deepEqual([done.active, done.focus, done.pending], [2, "head2", null]);
    assert.equal(done.news?.kind, "edited");
  });

  it("are told from an edit before, whose answer comes first", () => {
    const value: ModelEdit = { op: "setOption", index: 1, key: "units", value: 12 };
    const sent = reduce(reduce(start(), { type: "sent", edit: value, pending: {} }), { type: "sent", edit, pending });
    const first = reduce(sent, { type: "host", state: host(edited(sound, value)) });
    assert.deepEqual([first.focus, first.news], [null, null]);
    const second = reduce(first, { type: "host", state: host(edited(edited(sound, value), edit)) });
    assert.deepEqual([second.focus, second.active, second.pending], ["head2", 2, null]);
    const other = reduce(first, { type: "host", state: host(edited(sound, { op: "rename", name: "other" })) });
    assert.equal(other.focus, "head2", "a host that makes something else of it is believed the second time");
  });

  it("are dropped when the host refuses", () => {
    const sent = reduce(start(), { type: "sent", edit, pending });
    const refused = reduce(sent, { type: "host", state: host(sound) });
    assert.deepEqual([refused.pending, refused.focus, refused.news], [null, null, null]);
  });

  it("keep open, why and active inside when the text loses layers", () => {
    let state = reduce(start(), { type: "toggleCard", item: 3 });
    state = reduce(state, { type: "toggleWhy", item: 3 });
    state = reduce(state, { type: "host", state: host({ ...sound, layers: layers.slice(0, 1) }) });
    assert.deepEqual([state.open, state.why, state.active], [-1, -1, 1]);
  });
});

describe("menus, runs and what is saved", () => {
  it("opens one menu at a time and gives the focus back", () => {
    let state = reduce(start(), { type: "menu", menu: { kind: "presets", anchor: "presets" } });
    state = reduce(state, { type: "menu", menu: { kind: "add", index: 3, anchor: "add" } });
    assert.equal(state.menu?.kind, "add");
    assert.equal(reduce(state, { type: "menu", menu: { kind: "add", index: 3, anchor: "add" } }).menu, null, "its button closes it");
    const closed = reduce(state, { type: "closeMenu", refocus: true });
    assert.deepEqual([closed.menu, closed.focus], [null, "add"]);
  });

  it("tells how a run ended, once, and shows a run only when it lasts", () => {
    const running: RunState = { phase: "running", done: 0, total: 9, layer: 1, layers: 3 };
    const done: RunState = { phase: "done", outputShape: [1, 1], ms: 2.1, warning: null, actions: [] };
    let state = reduce(start(), { type: "host", state: host(sound, running) });
    assert.equal(state.runRevealed, false);
    state = reduce(state, { type: "revealRun" });
    state = reduce(state, { type: "host", state: host(sound, { ...running, done: 3 }) });
    assert.equal(state.runRevealed, true);
    state = reduce(state, { type: "host", state: host(sound, done) });
    assert.deepEqual([state.news?.kind, state.news?.serial, state.runRevealed], ["done", 1, false]);
    assert.equal(reduce(state, { type: "host", state: host(sound, done) }).news?.serial, 1);
    assert.equal(reduce(start(), { type: "revealRun" }).runRevealed, false);
  });

  it("does not tell the end of a run that ended before the view was there", () => {
    const state = reduce(initialState, { type: "host", state: host(sound, { phase: "failed", message: "no", actions: [] }) });
    assert.equal(state.news, null);
  });

  it("takes back what it saved, and ignores what does not fit", () => {
    const state = reduce(reduce(start(), { type: "convention", convention: "onnx" }), { type: "toggleCard", item: 2 });
    assert.deepEqual(savedView(restored(initialState, savedView(state))), savedView(state));
    assert.deepEqual(restored(initialState, { convention: "jax", open: "1", why: 1.5, more: 0 }), initialState);
    assert.deepEqual(restored(initialState, undefined), initialState);
  });

  it("decodes the host's state, with the commands left out or given", () => {
    const plain = decodeDesignerFromHost(host(sound));
    assert.ok(plain?.type === "state");
    assert.equal(plain.commands?.includes("export"), false);
    const given = decodeDesignerFromHost({ ...host(sound), commands: ["export"] });
    assert.ok(given?.type === "state");
    assert.deepEqual(given.commands, ["export"]);
    assert.equal(decodeDesignerFromHost({ ...host(sound), commands: ["format"] }), undefined);
  });
});
