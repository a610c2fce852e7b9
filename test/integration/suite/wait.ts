/** What tests wait for comes by itself, or not within so many seconds. */
import * as assert from "node:assert/strict";

type Until = <T>(value: () => T | Promise<T>, what: string) => Promise<NonNullable<Exclude<T, false>>>;

/** Gives a function that resolves to the first value that is there: not undefined, null or false. */
export function within(seconds: number): Until {
  return async (value, what) => {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const found = await value();
      if (found !== undefined && found !== null && found !== false) return found as never;
      assert.ok(Date.now() < end, `not within ${seconds} s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
}
