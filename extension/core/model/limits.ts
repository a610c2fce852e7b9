/** Every limit, equal to `native/core/limits.h`; a contract test compares the two. */
export const limits = {
  /** Largest features of an input and units of a layer. */
  units: 65_536,
  /** Largest batch and number of time steps. */
  batch: 2 ** 31 - 1,
  timesteps: 2 ** 31 - 1,
  /** Layers of one model, both directions of a Bidirectional counted as one. */
  layers: 64,
  /** Largest vocabulary of an Embedding. */
  vocabulary: 2 ** 24,
} as const;

/** Largest selection that can be read, whatever the setting says. */
export const SELECTION_HARD_MAX_BYTES = 50 * 1024 * 1024;
export const SELECTION_DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
/** Multiply-adds of one memory horizon in JavaScript and in native code; a core takes about half an hour for so many. */
export const SENSITIVITY_MAX_WORK = 1e12;
export const NATIVE_SENSITIVITY_MAX_WORK = 2e13;
export const MEMORY_DEFAULT_BYTES = 4 * 1024 ** 3;
/** So much is taken to be free on any machine. */
export const ALWAYS_FREE_BYTES = 64 * 1024 * 1024;
