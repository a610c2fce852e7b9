/** What a check between devices found: it crosses from the engine to the host, and on to the results view. */
import type { Message } from "../messages.js";
import { array, type Decoder, finite, literal, message, natural, nullable, object, string } from "./decode.js";
import type { DeviceKind } from "./device.js";

/** One tensor on one device against the reference. Indices and steps count from 0. */
export interface TensorCheck {
  readonly layer: number;
  readonly layerName: string;
  readonly className: string;
  /** As in the Node API: "output", "h", "forward/gates/i" … */
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest |got − reference| where both are finite. */
  readonly largest: number;
  /** Largest |got − reference| / (absolute + relative·|reference|): up to 1 they agree. null: beyond all measure (`mismatched`). */
  readonly ofTolerance: number | null;
  /** Where that is; null: all equal. */
  readonly at: readonly number[] | null;
  /** Places where only one is NaN, or infinite, or both in different ways. */
  readonly mismatched: number;
  /** The largest difference of each step, `span` steps an entry. Empty without a time axis. */
  readonly steps: readonly number[];
  readonly span: number;
  /** The earliest step with a number beyond the tolerance. */
  readonly firstBeyond: number | null;
}

export interface PairCheck {
  readonly kind: DeviceKind;
  /** The device's own name. */
  readonly name: string;
  readonly tensors: readonly TensorCheck[];
}

export interface CheckReport {
  readonly reference: DeviceKind;
  readonly absolute: number;
  readonly relative: number;
  readonly pairs: readonly PairCheck[];
  /** Devices that could not take part, and why. */
  readonly missing: readonly { readonly kind: DeviceKind; readonly reason: Message | null }[];
}

const kind = literal("cuda", "cpu", "js");
const index = array(natural, 8);

const tensorCheck = object<TensorCheck>({
  layer: natural,
  layerName: string,
  className: string,
  name: string,
  shape: index,
  largest: finite,
  ofTolerance: nullable(finite),
  at: nullable(index),
  mismatched: natural,
  steps: array(finite, 64),
  span: natural,
  firstBeyond: nullable(natural),
});

export const checkReport: Decoder<CheckReport> = object<CheckReport>({
  reference: kind,
  absolute: finite,
  relative: finite,
  pairs: array(object<PairCheck>({ kind, name: string, tensors: array(tensorCheck) }), 8),
  missing: array(object<CheckReport["missing"][number]>({ kind, reason: nullable(message) }), 8),
});
