// Batches that wait on disk for the server: one file each, named by sequence
// number and sample count, replayed in that order. Bounded in bytes.

import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface Batch {
  seq: number;
  /** Lines of line protocol, each ended by a line break. */
  lines: string;
  samples: number;
}

export interface Spool {
  readonly batches: number;
  /** Batches that nobody has claimed. */
  readonly unclaimed: number;
  readonly samples: number;
  /** Sequence number from which new batches may count on. */
  readonly nextSeq: number;
  /** Resolves when the file is on disk, to the samples that the oldest files gave up for it. Rejects when the disk refuses. */
  put(batch: Batch): Promise<number>;
  /** The oldest batch that is not being sent; it stays on disk until `remove`. */
  claim(): Promise<Batch | undefined>;
  release(seq: number): void;
  remove(seq: number): Promise<void>;
}

interface Entry {
  seq: number;
  samples: number;
  bytes: number;
  claimed: boolean;
}

const fileName = (entry: Pick<Entry, 'seq' | 'samples'>): string =>
  `${String(entry.seq).padStart(12, '0')}-${entry.samples}.lp`;

/** Finds what an earlier process left; half-written files (`*.part`) are removed. Creates the directory. */
export async function openSpool(options: { directory: string; maxBytes: number }): Promise<Spool> {
  const { directory, maxBytes } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let entries: Entry[] = [];
  for (const name of (await readdir(directory)).toSorted()) {
    const file = path.join(directory, name);
    const match = /^(\d{12})-(\d+)\.lp$/.exec(name);
    if (match) {
      const { size } = await stat(file);
      entries.push({ seq: Number(match[1]), samples: Number(match[2]), bytes: size, claimed: false });
    } else if (name.endsWith('.part')) {
      await rm(file);
    }
  }

  const total = (of: (entry: Entry) => number): number => entries.reduce((sum, entry) => sum + of(entry), 0);

  async function remove(entry: Entry): Promise<void> {
    entry.claimed = true;
    await rm(path.join(directory, fileName(entry)), { force: true });
    entries = entries.filter((other) => other !== entry);
  }

  return {
    get batches() {
      return entries.length;
    },
    get unclaimed() {
      return entries.filter((entry) => !entry.claimed).length;
    },
    get samples() {
      return total((entry) => entry.samples);
    },
    get nextSeq() {
      return (entries.at(-1)?.seq ?? 0) + 1;
    },

    async put(batch) {
      const entry = { seq: batch.seq, samples: batch.samples, bytes: Buffer.byteLength(batch.lines), claimed: false };
      const file = path.join(directory, fileName(entry));
      let lost = 0;
      while (entries.length > 0 && total((other) => other.bytes) + entry.bytes > maxBytes) {
        const oldest = entries.find((other) => !other.claimed);
        if (!oldest) break;
        lost += oldest.samples;
        await remove(oldest);
      }
      try {
        await writeFile(`${file}.part`, batch.lines, { flush: true, mode: 0o600 });
        await rename(`${file}.part`, file);
      } catch (error) {
        // Half files would fill a full disk for good, and count towards no bound.
        await rm(`${file}.part`, { force: true }).catch(() => undefined);
        throw error;
      }
      // By number, not by arrival: of two batches that failed together either may be put first.
      entries = [...entries, entry].toSorted((a, b) => a.seq - b.seq);
      return lost;
    },

    async claim() {
      const entry = entries.find((candidate) => !candidate.claimed);
      if (!entry) return undefined;
      entry.claimed = true;
      try {
        const lines = await readFile(path.join(directory, fileName(entry)), 'utf8');
        return { seq: entry.seq, samples: entry.samples, lines };
      } catch (error) {
        entry.claimed = false;
        throw error;
      }
    },

    release(seq) {
      for (const entry of entries) if (entry.seq === seq) entry.claimed = false;
    },

    async remove(seq) {
      const entry = entries.find((candidate) => candidate.seq === seq);
      if (entry) await remove(entry);
    },
  };
}
