// Agents: who has joined, who may, and what a new host needs to join.

import type { FastifyRequest } from 'fastify';
import type { Agent as AgentRecord, GatewayApi, JoinTokenState } from '#gateway/api.ts';
import { badRequest } from '#kernel/errors.ts';
import { Agent, AgentList, JoinToken, JoinTokenCreate, JoinTokenCreated, JoinTokenList } from '#web/contract/agents.ts';
import { Empty, IdParams, instant, instantOrNull } from '#web/contract/shared.ts';
import { installScript } from '../agent-install-script.ts';
import type { App } from '../app.ts';

interface AgentRouteDeps {
  gateway: GatewayApi;
  /** The agent as one file. */
  bundle(): Promise<{ content: Uint8Array; sha256: string }>;
  /** Where people and hosts reach the console, when a proxy stands before it. */
  publicUrl?: string;
  /** UDP port where this server hears metrics; new hosts multicast when absent. */
  metricPort?: () => number | undefined;
}

const toAgent = ({ connectedAtMs, lastContactAtMs, enrolledAtMs, ...rest }: AgentRecord): Agent => ({
  ...rest,
  connectedAt: instantOrNull(connectedAtMs),
  lastContactAt: instantOrNull(lastContactAtMs),
  enrolledAt: instant(enrolledAtMs),
});

const toJoinToken = ({ expiresAtMs, createdAtMs, ...rest }: JoinTokenState): JoinToken => ({
  ...rest,
  expiresAt: instant(expiresAtMs),
  createdAt: instant(createdAtMs),
});

export function agentRoutes(app: App, deps: AgentRouteDeps): void {
  const { gateway } = deps;
  const viewer = { access: 'viewer' as const };
  const admin = { access: 'admin' as const };
  const tags = ['agents'];

  app.get(
    '/api/v1/agents',
    { config: viewer, schema: { tags, summary: 'Agents, by name', response: { 200: AgentList } } },
    async () => ({ items: (await gateway.listAgents()).map(toAgent), nextCursor: null }),
  );

  app.get(
    '/api/v1/agents/:id',
    { config: viewer, schema: { tags, summary: 'One agent', params: IdParams, response: { 200: Agent } } },
    async (request) => toAgent(await gateway.getAgent(request.params.id)),
  );

  app.post(
    '/api/v1/agents/:id/approve',
    { config: admin, schema: { tags, summary: 'Let an agent in', params: IdParams, response: { 200: Agent } } },
    async (request) => {
      await gateway.approveAgent(request.actor, request.params.id);
      return toAgent(await gateway.getAgent(request.params.id));
    },
  );

  app.post(
    '/api/v1/agents/:id/revoke',
    {
      config: admin,
      schema: { tags, summary: 'Cut an agent off for good', params: IdParams, response: { 200: Agent } },
    },
    async (request) => {
      await gateway.revokeAgent(request.actor, request.params.id);
      return toAgent(await gateway.getAgent(request.params.id));
    },
  );

  app.get(
    '/api/v1/join-tokens',
    { config: admin, schema: { tags, summary: 'Tokens that still work', response: { 200: JoinTokenList } } },
    async () => ({ items: (await gateway.listJoinTokens()).map(toJoinToken), nextCursor: null }),
  );

  app.post(
    '/api/v1/join-tokens',
    {
      config: admin,
      schema: {
        tags,
        summary: 'Make a token and the line that joins a host with it',
        body: JoinTokenCreate,
        response: { 200: JoinTokenCreated },
      },
    },
    async (request) => {
      const { approve = true, uses = 1, ttlSec = 3600, ...rest } = request.body;
      const reachableAs = request.hostname;
      const made = await gateway.createJoinToken(request.actor, { approve, uses, ttlSec, ...rest, reachableAs });
      const port = deps.metricPort?.();
      const send = port === undefined ? '' : ` --send ${reachableAs}:${port}`;
      return {
        id: made.id,
        token: made.token,
        command: `curl -fsSL ${deps.publicUrl ?? consoleUrlOf(request)}/agent/install.sh | sh -s -- ${made.token}${send}`,
        expiresAt: instant(made.expiresAtMs),
      };
    },
  );

  app.delete(
    '/api/v1/join-tokens/:id',
    { config: admin, schema: { tags, summary: 'Take a token back', params: IdParams, response: { 200: Empty } } },
    async (request) => {
      await gateway.deleteJoinToken(request.actor, request.params.id);
      return {};
    },
  );

  installRoutes(app, deps);
}

/** What a new host fetches before it can prove anything: no secret is in it. */
function installRoutes(app: App, deps: AgentRouteDeps): void {
  const open = { config: { access: 'public' as const }, schema: { hide: true } };

  app.get('/agent/install.sh', open, async (request, reply) => {
    const { sha256 } = await deps.bundle();
    return reply
      .type('text/x-shellscript')
      .send(installScript({ consoleUrl: deps.publicUrl ?? consoleUrlOf(request), sha256 }));
  });

  app.get('/agent/bundle.mjs', open, async (_request, reply) =>
    reply.type('text/javascript').send(Buffer.from((await deps.bundle()).content)),
  );

  app.get('/agent/bundle.sha256', open, async (_request, reply) =>
    reply.type('text/plain').send(`${(await deps.bundle()).sha256}  bundle.mjs\n`),
  );
}

/** The console as the requester reaches it. The name comes from a header, and goes into a shell line. */
function consoleUrlOf(request: FastifyRequest): string {
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(request.host))
    throw badRequest('bad_host', 'Open the console by its host name or address.');
  return `${request.protocol}://${request.host}`;
}
