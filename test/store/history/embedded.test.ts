// The embedded store: the common contract, and what is true of it alone.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';
import { historyContract } from './contract.ts';

describe('embedded history', () => {
  historyContract(async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'plexus-history-'));
    return {
      open: (clock, options) => openEmbeddedHistory({ clock, log: silentLogger }, { directory, ...options }),
      remove: () => rm(directory, { recursive: true }),
    };
  });
});
