// The half of a full gmond that hears: a collector without history and rules, whose
// sockets are those of a gmond.conf, beside the agent that sends.

import type { GmondAcl } from '#agent/gmond-config-channels.ts';
import type { GmondConfig } from '#agent/gmond-config.ts';
import type { CreateReceiver } from '#agent/main.ts';
import { createAccessList, type AccessList } from '#collector/access-list.ts';
import type { ListenEntry } from '#collector/listener.ts';
import { createCollector } from '#collector/service.ts';
import { AppError, errorFields } from '#kernel/errors.ts';

// As gmond's retry_bind.
const RETRY_AFTER_MS = 60_000;

/** Start rejects when a port is taken and the configuration says that this is final. */
export const createAgentReceiver: CreateReceiver = async ({ clock, log, agent }, config) => {
  const stopping = new AbortController();
  const build = () =>
    createCollector(
      {
        ...{ clock, log },
        appendHistory: () => undefined,
        onSamples: () => undefined,
        judge: () => undefined,
        agent,
        publish: (events) => log.debug('heard', { events }),
      },
      {
        listen: listenEntries(config),
        defaultHostTmaxSec: config.hostTmaxSec,
        hostDmaxSec: config.hostDmaxSec,
      },
    );
  let collector = build();
  let retrying: Promise<void> = Promise.resolve();

  async function startLater(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(RETRY_AFTER_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      collector = build();
      try {
        return await collector.start(stopping.signal);
      } catch (error) {
        log.debug('the port is still taken', errorFields(error));
      }
    }
  }

  return {
    name: 'receiver',
    async start(signal) {
      try {
        await collector.start(signal);
      } catch (error) {
        const mayRetry = config.receive.every(({ retryBind }) => retryBind);
        if (!mayRetry || !(error instanceof AppError) || error.code !== 'port_taken') throw error;
        log.warn('this cluster cannot be heard yet; tried again every minute', errorFields(error));
        retrying = startLater();
      }
    },
    async stop() {
      stopping.abort();
      await retrying;
      await collector.stop();
    },
  };
};

/** The n-th receiving channel carries the n-th XML port; both belong to the one cluster of the file. */
export function listenEntries(config: GmondConfig): ListenEntry[] {
  const { name, owner, latlong, url } = config.cluster;
  const count = Math.max(config.receive.length, config.accept.length);
  return Array.from({ length: count }, (_, index): ListenEntry => {
    const [receive, accept] = [config.receive[index], config.accept[index]];
    const acl = accessList(receive?.acl);
    const xmlAcl = accessList(accept?.acl);
    return {
      ...{ cluster: name, owner, latlong, url, extraData: config.allowExtraData },
      ...(config.tags !== undefined && { tags: config.tags }),
      // An XML port without a channel of its own: a socket that nobody knows of hears nothing.
      ...(receive ? { udpPort: receive.port } : { udpPort: 0, udpHost: '127.0.0.1' }),
      ...(receive && { udpHost: receive.bind ?? (receive.family === 6 ? '::' : '0.0.0.0') }),
      ...(receive?.multicast !== undefined && { multicast: receive.multicast }),
      ...(receive?.multicastInterface !== undefined && { interface: receive.multicastInterface }),
      ...(receive && receive.bufferBytes > 0 && { receiveBufferBytes: receive.bufferBytes }),
      ...(acl && { acl }),
      ...(accept && {
        xmlPort: accept.port,
        xmlHost: accept.bind ?? (accept.family === 6 ? '::' : '0.0.0.0'),
        xmlGzip: accept.gzip,
        xmlPortRequired: true,
      }),
      ...(xmlAcl && { xmlAcl }),
    };
  });
}

function accessList(acl: GmondAcl | undefined): AccessList | undefined {
  if (acl === undefined) return undefined;
  const access = acl.rules.map(({ ip, prefixLength, action }) => ({ ip, mask: prefixLength, action }));
  // A list whose every entry was unreadable must not stand open.
  const rest = ['0.0.0.0', '::'].map((ip) => ({ ip, mask: 0, action: acl.defaultAction }));
  const built = createAccessList({ default: acl.defaultAction, access: [...access, ...rest] });
  if (!built.ok) throw new AppError('bad_settings', `acl entry ${built.at + 1}: ${built.reason}.`);
  return built.value;
}
