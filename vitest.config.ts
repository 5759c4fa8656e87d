import { defineConfig } from 'vitest/config';

// PLEXUS_FIXTURES, when set, replaces test/fixtures (see test/support/fixtures.ts).
export default defineConfig({
  test: {
    pool: 'forks',
    // Two noisy cores: more workers make the tests slower, not faster.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/global-database.ts'],
    include: ['test/**/*.test.ts'],
  },
});
