// Puts the shop on a virtual host, starts it there, and breaks it in the three ways
// that services break: gone, answering with errors, hanging.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { runsWithArgument } from '#agent/process-identity.ts';
import type { VirtualRoot } from '../virtual-root.ts';

export type Fault = 'crash' | 'errors' | 'hang';

export interface ShopService {
  readonly url: string;
  start(): Promise<void>;
  /** False when it does not run at the moment, so that there is nothing to break. */
  break(fault: Fault): boolean;
  /** For good; leaves no process behind. */
  stop(): void;
}

const SIGNALS: Readonly<Record<Fault, NodeJS.Signals>> = { crash: 'SIGKILL', errors: 'SIGUSR2', hang: 'SIGSTOP' };
const START_TIMEOUT_MS = 15_000;
const PROGRAM = path.join(import.meta.dirname, 'shop.ts');

export function installShop(root: VirtualRoot, port: number): ShopService {
  const control = root.real('/usr/local/bin/shopctl');
  const pidFile = root.serviceFile('shop');
  root.writeFile('/usr/local/bin/shopctl', readFileSync(path.join(import.meta.dirname, 'shopctl.sh'), 'utf8'), 0o755);
  root.writeFile('/etc/shop.conf', `${[process.execPath, PROGRAM, port, process.pid].join('\n')}\n`);

  /** Only ever our own shop: the number in a file may be another process's by now. */
  function pid(): number | undefined {
    try {
      const found = Number(readFileSync(pidFile, 'utf8'));
      return found > 0 && runsWithArgument(found, PROGRAM) ? found : undefined;
    } catch {
      return undefined;
    }
  }

  function signal(name: NodeJS.Signals): boolean {
    const found = pid();
    if (found === undefined) return false;
    return process.kill(found, name);
  }

  return {
    url: `http://127.0.0.1:${port}/`,
    async start() {
      await promisify(execFile)(control, ['restart'], { timeout: START_TIMEOUT_MS });
    },
    break: (fault) => signal(SIGNALS[fault]),
    stop: () => void signal('SIGKILL'),
  };
}
