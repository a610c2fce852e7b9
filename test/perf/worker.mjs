// One peer in a process of its own: sets a point up, gives its output once, then times calls for a slot.
const { setup } = await import(process.argv[2]);
const threads = Number(process.argv[3]);
const { grid, modelOf } = await import("./grid.mjs");
let peer;

const actions = {
  async setup({ id }) {
    await peer?.end();
    peer = await setup(modelOf(grid.find((point) => point.id === id)), threads);
    const y = await peer.run();
    return peer.canonical?.(y) ?? y;
  },
  /** Nanoseconds of each call in about `slotMs`, after one that does not count. */
  async time({ slotMs }) {
    await peer.run();
    const times = [];
    const end = process.hrtime.bigint() + BigInt(Math.round(slotMs * 1e6));
    do {
      const started = process.hrtime.bigint();
      await peer.run();
      times.push(Number(process.hrtime.bigint() - started));
    } while (process.hrtime.bigint() < end && times.length < 20_000);
    return times;
  },
};

process.on("message", async (request) => {
  try {
    process.send({ value: await actions[request.do](request) });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
process.on("disconnect", () => process.exit(0));
