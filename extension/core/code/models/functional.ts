/** keras.Model(inputs, outputs): a chain of calls between tensors. */
import { type Args, type Site, type Value } from "../evaluate/values.js";
import type { Node } from "../trace/node.js";
import { Tensor } from "../trace/tensor.js";
import { collect, type Collected, outputsOf, tensorsOf } from "./collect.js";
import { ModelThing } from "./sequential.js";

/** From its outputs back to its inputs. */
export class FunctionalModel extends ModelThing {
  constructor(
    private readonly inputs: readonly Tensor[],
    private readonly outputs: readonly Tensor[],
    private readonly place: Site,
  ) {
    const at = place;
    super(outputs[0]?.form.framework ?? "keras", {
      start: Math.min(at.start, ...inputs.map((input) => input.node.source?.start ?? at.start)),
      end: at.end,
    });
    this.maker = at.running?.definition.name ?? null;
    for (const source of this.collected()?.sources ?? []) source.taken = true;
  }

  /** undefined: no output is a tensor of the model. */
  collected(): Collected | undefined {
    const out = outputsOf(this.outputs, this.place.machine.firstLine(this.place));
    if (out === undefined) return undefined;
    // A model may start at a tensor in the middle of another.
    const start = new Set(this.inputs.map((input) => input.node).filter((node) => node.source === null));
    const found = collect(out.output, out.withStates, false, start);
    return { ...found, problems: [...found.problems, ...out.problems] };
  }

  /** Inside of another model it is its layers, one after the other. */
  override call(args: Args, at: Site): Value | undefined {
    const input = args.find((arg) => arg.value instanceof Tensor)?.value;
    const output = this.outputs[0];
    if (!(input instanceof Tensor) || output === undefined) return undefined;
    this.inner = true;
    const chain: Node[] = [];
    for (let node: Node | undefined = output.node; node !== undefined && node.source === null; node = node.before[0]) chain.unshift(node);
    at.machine.tick(chain.length);
    const node = chain.reduce((before, own) => own.with({ before: [before, ...own.before.slice(1)] }), input.node);
    return output.with({ node, recurrent: null, part: null });
  }
}

/** undefined: the call gives no outputs that are tensors, e.g. Model(config). */
export function functionalModel(args: Args, at: Site): FunctionalModel | undefined {
  const given = (names: readonly string[], index: number): Value | undefined =>
    (args.find((arg) => arg.name !== null && names.includes(arg.name)) ?? args.filter((arg) => arg.name === null)[index])?.value;
  const inputs = given(["inputs", "input"], 0);
  const outputs = given(["outputs", "output"], 1);
  if (inputs === undefined || outputs === undefined) return undefined;
  const [ins, outs] = [tensorsOf(inputs), tensorsOf(outputs)];
  if (outs.length === 0) return undefined;
  const model = new FunctionalModel(ins, outs, at);
  const name = args.find((arg) => arg.name === "name")?.value;
  if (name?.kind === "string") model.title = name.value;
  return at.machine.touch(model);
}
