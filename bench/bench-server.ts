// A real server for a bench, on a home and ports of its own; nothing of it is left
// when the bench ends, fails or is interrupted.

import { localHostId } from '#test/e2e/loop-story.ts';
import type { SelfHealth } from '#web/contract/health.ts';
import { eventually, startTestServer, type TestServer } from '#test/e2e/server.ts';

const CONSOLE_BUILD_MS = 60_000;

export async function withServer(
  extra: Record<string, string>,
  run: (server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await startTestServer(extra);
  const interrupted = (): void => void server.dispose().finally(() => process.exit(1));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    await run(server);
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    await server.dispose();
  }
}

/** The state a server is in once it has nothing more to prepare: agent connected, console built. */
export async function settled(server: TestServer): Promise<void> {
  await localHostId(server);
  await consoleIsBuilt(server);
}

/** Or cannot be built, which is nothing to wait for. */
export async function consoleIsBuilt(server: TestServer): Promise<void> {
  await eventually(
    'the console is built',
    async () => {
      const { parts } = await server.get<SelfHealth>('/health/self');
      return parts.every(({ summary }) => summary !== 'The console is being built.') || undefined;
    },
    CONSOLE_BUILD_MS,
  );
}
