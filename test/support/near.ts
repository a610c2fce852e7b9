/** Two numbers that have to be about the same. */
import assert from "node:assert/strict";

export function near(got: number | undefined, expected: number, allowed: number, what: string): void {
  assert.ok(got !== undefined && Math.abs(got - expected) <= allowed, `${what}: ${got}, expected ${expected}`);
}
