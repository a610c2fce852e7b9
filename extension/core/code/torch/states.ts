/** Initial states: zeros are what Keras starts from anyway. */
import { NESTING } from "../evaluate/limits.js";
import type { Value } from "../evaluate/values.js";

export function isZeros(value: Value, depth = 0): boolean {
  if (value.kind === "none") return true;
  if (value.kind === "array") return value.zeros;
  return (
    (value.kind === "tuple" || value.kind === "list") &&
    depth <= NESTING &&
    value.items.length > 0 &&
    value.items.every((item) => isZeros(item, depth + 1))
  );
}
