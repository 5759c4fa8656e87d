// The life of a part: started in order, stopped in reverse, each step named, the
// whole teardown under a deadline.

import type { Clock } from './clock.ts';
import { errorFields } from './errors.ts';
import type { Logger } from './log.ts';

export type ServiceStatus = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';

export interface Service {
  readonly name: string;
  /** Resolves when the service does its work. `signal` aborts a start that hangs. */
  start(signal: AbortSignal): Promise<void>;
  /** Drains and resolves; called at most once after a start. Must not throw for work that was already lost. */
  stop(): Promise<void>;
}

export interface Supervisor {
  /** Starts `services` in order. When one fails, those already started are stopped and the error is thrown. */
  start(services: Service[]): Promise<void>;
  /** Stops in reverse. Resolves to the names of the steps that failed or hung. */
  stop(): Promise<string[]>;
  status(): { name: string; status: ServiceStatus }[];
}

export function createSupervisor(deps: { clock: Clock; log: Logger }, options: { stopTimeoutMs: number }): Supervisor {
  const { clock, log } = deps;
  const running: Service[] = [];
  const statuses = new Map<string, ServiceStatus>();
  const abort = new AbortController();

  async function stopOne(service: Service): Promise<boolean> {
    statuses.set(service.name, 'stopping');
    const giveUp = new AbortController();
    const outcome = await Promise.race([
      service.stop().then(
        () => 'stopped' as const,
        (error: unknown) => {
          log.error(`${service.name} failed to stop`, errorFields(error));
          return 'failed' as const;
        },
      ),
      clock.sleep(options.stopTimeoutMs, giveUp.signal).then(() => 'hung' as const),
    ]);
    giveUp.abort();
    if (outcome === 'hung') log.error(`${service.name} did not stop in time`, { timeoutMs: options.stopTimeoutMs });
    statuses.set(service.name, outcome === 'stopped' ? 'stopped' : 'failed');
    return outcome === 'stopped';
  }

  const supervisor: Supervisor = {
    async start(services) {
      for (const service of services) {
        statuses.set(service.name, 'starting');
        try {
          await service.start(abort.signal);
        } catch (error) {
          statuses.set(service.name, 'failed');
          await supervisor.stop();
          throw error;
        }
        running.push(service);
        statuses.set(service.name, 'running');
      }
    },
    async stop() {
      abort.abort();
      const failed: string[] = [];
      for (let service = running.pop(); service; service = running.pop()) {
        if (!(await stopOne(service))) failed.push(service.name);
      }
      return failed;
    },
    status: () => [...statuses].map(([name, status]) => ({ name, status })),
  };
  return supervisor;
}
