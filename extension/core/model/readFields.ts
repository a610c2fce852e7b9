/** Reads single arguments of a Keras config: shapes, sizes, activations, initialisers, dtypes. */
import { type Failure, failure } from "../errors.js";
import { type Message, msg } from "../messages.js";
import { err, ok, type Result } from "../result.js";
import { canonicalActivation } from "./activations.js";
import { limits } from "./limits.js";
import type { Initializer, LayerSpec, SymbolicShape } from "./spec.js";

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `{className, config}` of a serialised object, or of a bare name. */
export function classAndConfig(value: unknown): { className: string; config: Json } | undefined {
  if (typeof value === "string") return { className: value, config: {} };
  if (!isObject(value) || typeof value["class_name"] !== "string") return undefined;
  const config = value["config"];
  // Keras 3 writes a function as {"class_name": "function", "config": "relu", "registered_name": "relu"}.
  if (typeof config === "string") return { className: config, config: {} };
  return { className: value["class_name"], config: isObject(config) ? config : {} };
}

/** A batch shape of null and sizes; null where nothing is declared. */
export function shapeArgument(value: unknown): Result<SymbolicShape | null> {
  if (value === undefined || value === null) return ok(null);
  if (!Array.isArray(value) || value.length > 8 || !value.every((d) => d === null || (Number.isSafeInteger(d) && (d as number) > 0))) {
    return err(
      failure("INVALID_ARGUMENT", "An input shape is a list of positive sizes and null, e.g. [null, 4, 5]; got {got}.", {
        got: brief(value),
      }),
    );
  }
  const shape = value as (number | null)[];
  const features = shape.at(-1);
  if (shape.length > 1 && typeof features === "number" && features > limits.units) {
    return err(failure("TOO_LARGE", "The input has {got} features; the limit is {limit}.", { got: features, limit: limits.units }));
  }
  return ok(shape);
}

/** The batch shape that an InputLayer or the first layer declares, in any of Keras 2's and 3's spellings. */
export function inputOf(config: Json, layer?: LayerSpec): Result<SymbolicShape | null> {
  const whole = config["batch_shape"] ?? config["batch_input_shape"];
  if (whole !== undefined && whole !== null) return shapeArgument(whole);
  const batch = Number.isSafeInteger(config["batch_size"]) ? config["batch_size"] : null;
  const partial = config["input_shape"] ?? config["shape"];
  if (Array.isArray(partial)) return shapeArgument([batch, ...(partial as unknown[])]);
  if (layer?.className === "Embedding") {
    const length = Array.isArray(config["input_length"]) ? config["input_length"][0] : config["input_length"];
    return shapeArgument([batch, length ?? null]);
  }
  if (Number.isSafeInteger(config["input_dim"])) {
    const recurrent = layer !== undefined && layer.className !== "Dense";
    return shapeArgument(recurrent ? [batch, config["input_length"] ?? null, config["input_dim"]] : [batch, config["input_dim"]]);
  }
  return ok(null);
}

/** Reads arguments one after the other; the first failure is kept, and `problem` says it at the end. */
export class Arguments {
  problem: Failure | null = null;
  private readonly read = new Set<string>();

  constructor(
    readonly layer: string,
    private readonly config: Json,
    private readonly kerasVersion: 2 | 3,
  ) {}

  get(key: string): unknown {
    this.read.add(key);
    return Object.hasOwn(this.config, key) ? this.config[key] : undefined;
  }

  /** What nobody asked for, to be given back when writing. */
  rest(): Json {
    return Object.fromEntries(Object.entries(this.config).filter(([key]) => !this.read.has(key)));
  }

  fail(reason: Failure): void {
    this.problem ??= reason;
  }

  text(key: string, byDefault: string): string {
    const value = this.get(key);
    return typeof value === "string" ? value : byDefault;
  }

  flag(key: string, byDefault: boolean): boolean {
    const value = this.get(key) ?? byDefault;
    if (typeof value === "boolean") return value;
    if (value === 0 || value === 1) return value === 1;
    this.wrong(key, value, msg("{layer}: {key} has to be true or false; got {got}."));
    return byDefault;
  }

  fraction(key: string): number {
    const value = this.get(key) ?? 0;
    if (typeof value === "number" && value >= 0 && value <= 1) return value;
    this.wrong(key, value, msg("{layer}: {key} has to be a number from 0 to 1; got {got}."));
    return 0;
  }

  number(key: string, byDefault: number): number {
    const value = this.get(key) ?? byDefault;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    this.wrong(key, value, msg("{layer}: {key} has to be a number; got {got}."));
    return byDefault;
  }

  /** A positive size up to `limit`. */
  size(key: string, limit: number): number {
    const value = this.get(key);
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) {
      if (value > limit)
        this.fail(failure("TOO_LARGE", "{layer}: {key} is {got}; the limit is {limit}.", { layer: this.layer, key, got: value, limit }));
      return value;
    }
    this.wrong(key, value, msg("{layer}: {key} has to be a positive integer; got {got}."));
    return 1;
  }

  activation(key: string, byDefault: string): string {
    const value = this.get(key);
    if (value === undefined) return canonicalActivation(byDefault, this.kerasVersion) ?? byDefault;
    if (value === null) return "linear";
    const named = classAndConfig(value);
    const name = named === undefined ? undefined : canonicalActivation(activationName(named.className), this.kerasVersion);
    if (name === undefined) {
      const args = { layer: this.layer, key, got: brief(named?.className ?? value) };
      this.fail(
        failure(
          "INVALID_ARGUMENT",
          "{layer}: {key} “{got}” is not an activation that is known. Use e.g. tanh, relu, sigmoid or linear.",
          args,
        ),
      );
    }
    return name ?? "linear";
  }

  initializer(key: string, byDefault: Initializer): Initializer {
    const value = this.get(key);
    if (value === undefined || value === null) return byDefault;
    const named = classAndConfig(value);
    if (named === undefined) this.wrong(key, value, msg("{layer}: {key} has to be an initializer, e.g. “glorot_uniform”; got {got}."));
    return named ?? byDefault;
  }

  /** Only float32 is computed; a policy that computes in 16 bits would give other numbers, so it is refused. */
  dtype(): void {
    const value = Object.hasOwn(this.config, "dtype") ? this.config["dtype"] : undefined;
    const policy = isObject(value) && isObject(value["config"]) ? value["config"]["name"] : value;
    if (typeof policy === "string" && /16|int8|float8/.test(policy)) {
      const args = { layer: this.layer, policy };
      this.fail(failure("UNSUPPORTED", "{layer}: dtype “{policy}” is not computed here, only float32. Set the dtype to float32.", args));
    }
  }

  /** @param expected what it has to be; of a value that is not there at all, that it is missing */
  private wrong(key: string, value: unknown, expected: Message): void {
    if (value === undefined) this.fail(failure("INVALID_ARGUMENT", "{layer}: {key} is missing.", { layer: this.layer, key }));
    else this.fail({ code: "INVALID_ARGUMENT", message: { ...expected, args: { layer: this.layer, key, got: brief(value) } } });
  }
}

/** `keras.activations>relu`, `ReLU`: registered names and layer classes of activations. */
function activationName(name: string): string {
  const tail = name.split(/[>.]/).at(-1) as string;
  const layers: Readonly<Record<string, string>> = { ReLU: "relu", Softmax: "softmax", LeakyReLU: "leaky_relu", ELU: "elu" };
  return Object.hasOwn(layers, tail) ? (layers[tail] as string) : tail;
}

/** A value as a message can show it: at most 60 characters. */
export function brief(value: unknown): string {
  let text: string;
  try {
    text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    text = String(value);
  }
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
