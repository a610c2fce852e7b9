/** How much is followed: what is longer, deeper or slower than any model is given up. */

/** Thrown by whatever takes too long; caught by the loop or statement that it happens in. */
export class Exhausted extends Error {}

/** Steps of a part of the reading, of one top-level statement, and of one loop. A step is an expression. */
export const PART_STEPS = 4_000_000;
export const STATEMENT_STEPS = 300_000;
export const LOOP_STEPS = 50_000;
/** Nested evaluation; each level takes some frames of the stack. */
export const DEPTH = 400;
/** Items of a list, characters of a text, layers of a model. */
export const LONGEST_LIST = 20_000;
export const LONGEST_TEXT = 100_000;
export const MOST_LAYERS = 10_000;
/** Nested lists and tuples. */
export const NESTING = 6;
