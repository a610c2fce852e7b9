/** Kept runs as files: ID.json says what a run was, ID.bin has its numbers. Whatever is damaged is skipped and logged. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { crc32 } from "node:zlib";
import { type KeptData, type KeptRun, partsOf, readKept, writeKept } from "../../core/runs/keptRun.js";

/** Numbers without a run are left by a crash between the two files; another window may be just between them. */
const ORPHAN_MS = 3_600_000;

/** The numbers of a run as they are kept. */
export interface RunNumbers {
  readonly values: Float32Array;
  readonly mask: Uint8Array | null;
  /** Of stateful layers, before the run. */
  readonly states: readonly Float32Array[] | null;
  readonly text: string;
}

export class RunFiles {
  /** Files are written one after the other: a rename must not overtake what it renames. */
  private tail: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly log: (line: string) => void,
  ) {}

  /** All that can be read, newest first. */
  async load(): Promise<KeptRun[]> {
    const names = await fs.readdir(this.folder).catch(() => [] as string[]);
    const runs = new Map<string, KeptRun>();
    for (const name of names.filter((one) => one.endsWith(".json"))) {
      const run = await this.readOne(name);
      if (run !== null) runs.set(run.id, run);
    }
    await this.sweep(names.filter((name) => !name.endsWith(".json") && !runs.has(name.replace(/\.bin$/, ""))));
    return [...runs.values()].sort((a, b) => b.when - a.when || b.number - a.number);
  }

  /** @throws Error where the file is not what was written */
  async numbers({ id, data }: KeptRun): Promise<RunNumbers> {
    await this.tail;
    const bytes = await fs.readFile(path.join(this.folder, `${id}.bin`));
    if (bytes.length !== partsOf(data).total || crc32(bytes) !== data.crc) throw new Error(`${id}.bin is damaged`);
    return unpack(bytes, data);
  }

  /** Never rejects: a run that cannot be written is kept until the window is closed. */
  save(run: KeptRun, numbers: Buffer | null): Promise<void> {
    return this.inOrder(`${run.id} is not kept`, async () => {
      await fs.mkdir(this.folder, { recursive: true });
      // The numbers first: a run that is found has them.
      if (numbers !== null) await this.replace(`${run.id}.bin`, numbers);
      await this.replace(`${run.id}.json`, writeKept(run));
    });
  }

  remove(id: string): Promise<void> {
    return this.inOrder(`${id} is not deleted`, async () => {
      for (const kind of ["json", "bin"]) await fs.rm(path.join(this.folder, `${id}.${kind}`), { force: true });
    });
  }

  private async readOne(name: string): Promise<KeptRun | null> {
    try {
      const run = readKept(await fs.readFile(path.join(this.folder, name), "utf8"));
      if (run === undefined || `${run.id}.json` !== name) throw new Error("it is no run of this version");
      const { size } = await fs.stat(path.join(this.folder, `${run.id}.bin`));
      if (size !== partsOf(run.data).total) throw new Error(`its numbers have ${size} bytes`);
      return run;
    } catch (error) {
      this.log(`kept run ${name} is skipped: ${String(error)}`);
      return null;
    }
  }

  private async sweep(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const file = path.join(this.folder, name);
      const stat = await fs.stat(file).catch(() => null);
      if (stat?.isFile() === true && Date.now() - stat.mtimeMs > ORPHAN_MS) await fs.rm(file, { force: true }).catch(() => undefined);
    }
  }

  /** Another file takes the place of the old one at once, so that a crash leaves one or the other. */
  private async replace(name: string, content: string | Buffer): Promise<void> {
    const file = path.join(this.folder, name);
    const fresh = `${file}.${process.pid}.tmp`;
    await fs.writeFile(fresh, content);
    await fs.rename(fresh, file);
  }

  private inOrder(what: string, work: () => Promise<void>): Promise<void> {
    this.tail = this.tail.then(work).catch((error: unknown) => this.log(`${what}: ${String(error)}`));
    return this.tail;
  }
}

/** The numbers as one file, and what `KeptRun` says about it. */
export function pack(
  shape: readonly number[],
  numbers: RunNumbers,
  stateShapes: readonly (readonly number[])[] | null,
): [Buffer, KeptData] {
  const { values, mask, states, text } = numbers;
  const words = Buffer.from(text, "utf8");
  const bytes = Buffer.concat([bytesOf(values), ...(mask === null ? [] : [mask]), ...(states ?? []).map(bytesOf), words]);
  return [bytes, { shape, masked: mask !== null, states: stateShapes, textBytes: words.length, crc: crc32(bytes) }];
}

function unpack(bytes: Buffer, data: KeptData): RunNumbers {
  const parts = partsOf(data);
  let at = 0;
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  const values = floatsOf(take(parts.values));
  const mask = data.masked ? Uint8Array.from(take(parts.mask)) : null;
  const states = data.states === null ? null : parts.states.map((length) => floatsOf(take(length)));
  return { values, mask, states, text: take(parts.text).toString("utf8") };
}

function bytesOf(floats: Float32Array): Buffer {
  return Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
}

/** A copy: a file's bytes need not begin where floats can. */
function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
