/** What the bundler knows of the build, and the code as tsc writes it does not. */

interface Build {
  readonly version: string;
  /** GPUs on which everything passed, by the reports in docs/gpu. */
  readonly gpus: readonly string[];
}

/** Put in by webpack. */
declare const UNROLL_BUILD: Build | undefined;

export const build: Build = typeof UNROLL_BUILD === "undefined" ? { version: "from source", gpus: [] } : UNROLL_BUILD;
