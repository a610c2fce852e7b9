// What a suite of tests may do to its extension host; UNROLL_PROBE chooses.
/* global exports */
const ways = {
  pass: () => undefined,
  fail: () => {
    throw new Error("one test failed");
  },
  segfault: () => process.kill(process.pid, "SIGSEGV"),
  abort: () => process.abort(),
  exit: () => process.exit(0),
  hang: () => new Promise(() => undefined),
};

exports.run = async () => {
  console.log("1 passed, 0 failed");
  // As a suite that has printed its counts, and is then lost.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await ways[process.env.UNROLL_PROBE]();
};
