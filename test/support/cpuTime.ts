/** What a computation took of the processor: time in which a busy machine did something else does not count. */

/** Milliseconds of this process so far, those of its helper threads included. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
