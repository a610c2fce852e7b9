/** A tensor of a model: where it comes from, and what is known of its axes. */
import { msg } from "../../messages.js";
import { type Args, type Site, Thing, type Value } from "../evaluate/values.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import { type Framework, type LayerEntry, Node, type Part, type RecurrentCall, type Source } from "./node.js";
import { joinedBy, settled, taken, unmerged } from "./parts.js";
import { Sizes } from "./sizes.js";

export interface Form {
  readonly framework: Framework;
  readonly node: Node;
  /** Number of axes; null where not known. */
  readonly rank: number | null;
  /** Of a sequence in PyTorch: batch or time first; null while nothing says it. */
  readonly order: "BT" | "TB" | null;
  readonly recurrent: RecurrentCall | null;
  readonly part: Part | null;
  /** An axis was turned round: if it is time, the next recurrent layer goes backwards. */
  readonly flipped: (Range & { readonly axis: number }) | null;
  /** Time and features changed places, as convolutions want them: they have to change back before a layer that is known. */
  readonly swapped: Range | null;
}

/** A layer's call on a tensor. */
export interface Called {
  readonly layers: readonly LayerEntry[];
  readonly owner: object;
  readonly at: Site;
  readonly problems?: readonly Problem[];
  /** Where other tensors come from that go in. */
  readonly others?: readonly Node[];
  /** It works on each step by itself. */
  readonly perStep?: boolean;
}

/** Immutable: every operation gives another tensor with the node that it adds. */
export class Tensor extends Thing {
  constructor(readonly form: Form) {
    super();
  }

  get node(): Node {
    return this.form.node;
  }

  with(form: Partial<Form>): Tensor {
    return new Tensor({ ...this.form, ...form });
  }

  /** One call further. What the call leaves of the axes is given in `form`. */
  next({ layers, owner, at, problems = [], others = [], perStep = false }: Called, form: Partial<Form> = {}): Tensor {
    const node = new Node({
      before: [this.node, ...others],
      layers,
      problems: [...problems, ...at.machine.doubts],
      owner,
      call: at.machine.firstLine(at),
      pointwise: perStep,
    });
    return this.with({ node, flipped: null, recurrent: perStep ? this.form.recurrent : null, part: null, ...form });
  }

  /** Something happened that no layer says. */
  gap(problem: Problem, others: readonly Tensor[] = []): Tensor {
    const before = [this.node, ...others.map((other) => other.node)];
    return this.with({
      node: new Node({ before, problems: [problem], gap: true }),
      rank: null,
      recurrent: null,
      part: null,
      flipped: null,
    });
  }

  override member(name: string): Value | undefined {
    return name === "shape" ? new Sizes(this) : undefined;
  }

  override method(name: string, args: Args, at: Site): Value | undefined {
    return (
      at.machine.library.tensorMethod(this, name, args, at) ??
      this.through(
        name,
        args.map((arg) => arg.value),
        at,
      )
    );
  }

  override index(items: readonly Value[], at: Site): Value | undefined {
    return taken(this, items, at) ?? this.through("", [], at);
  }

  override operate(op: string, other: Value, swapped: boolean, at: Site): Value | undefined {
    const joined = joinedBy(op, this, other);
    if (joined !== undefined) return joined;
    const others = other instanceof Tensor && other !== this ? [other] : [];
    return (swapped && others[0] !== undefined ? others[0] : this).through("", swapped ? [this] : others, at);
  }

  override through(label: string, others: readonly Value[], at: Site): Tensor {
    const text = at.machine.excerpt(at);
    const place = at.machine.firstLine(at);
    const joining = others.filter((other): other is Tensor => other instanceof Tensor);
    const isPiece = ({ form }: Tensor): boolean => form.part !== null && form.recurrent?.node === this.form.recurrent?.node;
    // Pieces of one layer's results, put together in a way that is not merge_mode's.
    if (joining.length > 0 && [this, ...joining].every(isPiece)) return unmerged(this, place);
    const tensors = joining.map(settled);
    const problem: Problem = {
      ...place,
      message:
        tensors.length > 0
          ? msg("“{text}” joins branches; a Sequential is one chain of layers.", { text })
          : label === ""
            ? msg("“{text}” is no layer. A Sequential cannot express it.", { text })
            : msg("“{text}” was not understood: “{name}” is no layer that is known here.", { text, name: label }),
    };
    return settled(this).gap(problem, tensors);
  }

  override pieces(count: number, at: Site): readonly Value[] {
    // After a call that is not known its results are not either; that is told once.
    const piece = this.node.gap ? this : this.through("", [], at);
    return Array<Value>(count).fill(piece);
  }

  override items(at: Site): readonly Value[] | undefined {
    const { part, recurrent } = this.form;
    if (part?.type !== "states" || recurrent === null) return undefined;
    const rows = recurrent.stacked * recurrent.directions;
    return Array.from({ length: rows }, (_, row) =>
      this.with({ part: { type: "row", state: part.state, row, start: at.start, end: at.end } }),
    );
  }
}

export function tensorFrom(framework: Framework, source: Source, form: Partial<Form> = {}): Tensor {
  const rank = source.shape?.length ?? null;
  return new Tensor({
    framework,
    node: new Node({ before: [], source }),
    rank,
    order: framework === "keras" ? "BT" : null,
    recurrent: null,
    part: null,
    flipped: null,
    swapped: null,
    ...form,
  });
}
