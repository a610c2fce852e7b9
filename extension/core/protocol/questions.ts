/** What the results view asks about a run beyond its values, and the answers: computed when somebody looks, cancelled when nobody does. */
import type { Target } from "../code/write/code.js";
import type { Heard, Memory } from "../memory.js";
import type { Trace, TraceQuestion } from "../trace/trace.js";
import { array, boolean, type Decoder, literal, natural, nullable, object, string, union } from "./decode.js";
import { traceOf, traceQuestion } from "./trace.js";

/** The memory horizon of a layer, of a Bidirectional one direction, for one row of the batch. */
export interface MemoryQuestion {
  readonly layer: number;
  readonly backward: boolean;
  readonly row: number;
}

export const codeTargets = ["keras3", "pytorch", "numpy"] as const satisfies readonly Target[];

export type Question =
  | { readonly about: "trace"; readonly trace: TraceQuestion }
  | { readonly about: "memory"; readonly memory: MemoryQuestion }
  /** The model as source text. */
  | { readonly about: "code"; readonly target: Target };

export type Answer =
  | { readonly about: "trace"; readonly trace: Trace }
  | { readonly about: "memory"; readonly memory: Memory }
  | { readonly about: "code"; readonly text: string };

export const questionOf: Decoder<Question> = union<Question>("about", {
  trace: object<Extract<Question, { about: "trace" }>>({ about: literal("trace"), trace: traceQuestion }),
  memory: object<Extract<Question, { about: "memory" }>>({
    about: literal("memory"),
    memory: object<MemoryQuestion>({ layer: natural, backward: boolean, row: natural }),
  }),
  code: object<Extract<Question, { about: "code" }>>({ about: literal("code"), target: literal(...codeTargets) }),
});

/** NaN and infinities are values too. */
const number: Decoder<number> = (value) => (typeof value === "number" ? value : undefined);
const heard = object<Heard>({ step: natural, feature: natural, size: number });

const memory = object<Memory>({
  shares: (value) => (value instanceof Float64Array ? value : undefined),
  span: natural,
  steps: natural,
  halfLife: nullable(natural),
  largest: number,
  first: number,
  heard: (value) => (value instanceof Float32Array ? value : undefined),
  heardShape: array(natural, 2),
  heardSpan: array(natural, 2),
  most: nullable(heard),
  least: nullable(heard),
});

export const answerOf: Decoder<Answer> = union<Answer>("about", {
  trace: object<Extract<Answer, { about: "trace" }>>({ about: literal("trace"), trace: traceOf }),
  memory: object<Extract<Answer, { about: "memory" }>>({ about: literal("memory"), memory }),
  code: object<Extract<Answer, { about: "code" }>>({ about: literal("code"), text: string }),
});
