// Builds the gateway of one process from its parts and runs it.

import os from 'node:os';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { Notifications } from '#store/notifications.ts';
import { transaction, type Db } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import type { HostDirectory } from './agent-approval.ts';
import { disconnectAllOf } from './agent-store.ts';
import { createAllowance } from './allowance.ts';
import type { GatewayApi } from './api.ts';
import { CONTROL_CHANNEL, readControl } from './control-channel.ts';
import { createDispatch } from './dispatch.ts';
import { createGatewayApi } from './gateway-api.ts';
import { createHub } from './hub.ts';
import { openListener, type ArtifactReader, type Listener } from './listener.ts';
import { createReceipts } from './receipts.ts';
import { openServerIdentity } from './server-identity.ts';
import { runSession, type SessionDeps } from './session.ts';

interface GatewayDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  sealer: Sealer;
  hosts: HostDirectory;
  artifacts: ArtifactReader;
}

interface GatewayOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Where agents reach this gateway, for join tokens; `wss://host:port` when absent. */
  agentUrl?: string;
  /** Name of this process among gateways, the same after a restart; host name and port when absent. */
  name?: string;
  maxConnections?: number;
}

export interface Gateway extends Service {
  api: GatewayApi;
  port(): number;
  connectedHere(): number;
}

export function createGateway(deps: GatewayDeps, options: GatewayOptions): Gateway {
  const { db, clock, log } = deps;
  const gateway = options.name ?? `${os.hostname()}:${options.port}`;
  const hub = createHub({ clock });
  const receipts = createReceipts({ db, clock, log });
  let listener: Listener | undefined;
  let shutDown = () => Promise.resolve();

  const port = () => listener?.port() ?? options.port;
  const everyAddress = ['0.0.0.0', '::', ''].includes(options.host);
  const api = createGatewayApi(deps, {
    agentUrl(reachableAs) {
      const host = everyAddress ? (reachableAs ?? os.hostname()) : options.host;
      return options.agentUrl ?? `wss://${host.includes(':') ? `[${host}]` : host}:${port()}`;
    },
  });

  return {
    name: 'gateway',
    api,
    port,
    connectedHere: () => hub.size,
    async start() {
      const identity = await openServerIdentity(deps, clock.nowMs());
      await transaction(db, (trx) => disconnectAllOf(trx, gateway, clock.nowMs(), 'the gateway was restarted'));
      const waiting: SessionDeps['waiting'] = new Map();
      const dispatch = createDispatch({ db, clock, log, hub, identity, gateway });
      const session: SessionDeps = {
        ...{ db, clock, log, hosts: deps.hosts, identity, hub, receipts, gateway, waiting },
        mayAudit: createAllowance(clock, 10),
        mayRefuse: createAllowance(clock, 60),
        opened: dispatch.opened,
      };
      const unsubscribe = deps.notifications.subscribe(CONTROL_CHANNEL, (payload) => {
        const message = readControl(payload);
        if (!message) return dispatch.nudgeAll();
        if (message.what === 'approved' || message.what === 'revoked') waiting.get(message.agentId)?.(message.what);
        if (message.what === 'revoked') hub.get(message.agentId)?.close('revoked', 'revoked');
        else if (message.what === 'approved') return;
        else if (message.what !== 'connected') dispatch.nudge(message.agentId, message.what);
        else if (message.gateway !== gateway)
          hub.get(message.agentId)?.close('replaced by a newer session', 'replaced');
      });
      await receipts.start(new AbortController().signal);
      hub.start();
      dispatch.start();
      listener = await openListener(
        {
          log,
          artifacts: deps.artifacts,
          isSessionToken: (token) => hub.byToken(token) !== undefined,
          connected: (socket, source) => runSession(session, socket, source),
        },
        {
          host: options.host,
          port: options.port,
          certificatePem: identity.certificatePem,
          tlsKeyPem: identity.tlsKeyPem,
          maxConnections: options.maxConnections ?? 20_000,
        },
      );
      shutDown = async () => {
        unsubscribe();
        await dispatch.stop();
        await receipts.stop();
        await transaction(db, (trx) => disconnectAllOf(trx, gateway, clock.nowMs(), 'the gateway was stopped'));
        hub.stop('the gateway was stopped');
        await listener?.close();
      };
    },
    stop: () => shutDown(),
  };
}
