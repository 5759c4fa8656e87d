// Debian's plugin of the same name, asked about the same server: its exit code is the state
// that people are used to.

import { spawn } from 'node:child_process';
import { serviceStateOfExit } from '#checks/exit-code.ts';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { peerPath } from '../../support/peer.ts';

/** Asynchronous, because the server that it asks lives in this process. */
export function stateOfPlugin(name: string, args: string[]): Promise<ServiceState> {
  return new Promise((resolve, reject) => {
    const child = spawn(peerPath(name) ?? name, args, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(serviceStateOfExit(code ?? 3, 'unknown')));
  });
}
