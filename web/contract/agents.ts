// Agents and the tokens that let them join.

import Type, { type Static } from 'typebox';
import { Id, Instant, ListOf, Nullable } from './shared.ts';

export const AgentStatus = Type.Union([Type.Literal('pending'), Type.Literal('approved'), Type.Literal('revoked')]);
export type AgentStatus = Static<typeof AgentStatus>;

export const Agent = Type.Object({
  id: Id,
  hostId: Nullable(Id),
  name: Type.String(),
  cluster: Type.String(),
  status: AgentStatus,
  version: Type.String(),
  ip: Nullable(Type.String()),
  connected: Type.Boolean(),
  connectedAt: Nullable(Instant),
  lastContactAt: Nullable(Instant),
  enrolledAt: Instant,
  approvedBy: Nullable(Type.String()),
});
export type Agent = Static<typeof Agent>;

/** Whole in one page. */
export const AgentList = ListOf(Agent);
export type AgentList = Static<typeof AgentList>;

export const JoinToken = Type.Object({
  id: Id,
  note: Type.String(),
  approve: Type.Boolean({ description: 'Agents of this token need nobody’s approval.' }),
  usesLeft: Type.Integer(),
  cluster: Type.String(),
  expiresAt: Instant,
  createdBy: Type.String(),
  createdAt: Instant,
});
export type JoinToken = Static<typeof JoinToken>;

/** Those that can still be used, newest first. */
export const JoinTokenList = ListOf(JoinToken);
export type JoinTokenList = Static<typeof JoinTokenList>;

export const JoinTokenCreate = Type.Object(
  {
    note: Type.Optional(Type.String({ maxLength: 200 })),
    approve: Type.Optional(Type.Boolean({ default: true })),
    uses: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, default: 1 })),
    ttlSec: Type.Optional(Type.Integer({ minimum: 60, maximum: 2_592_000, default: 3600 })),
    cluster: Type.Optional(Type.String({ minLength: 1, maxLength: 128, default: 'default' })),
  },
  { additionalProperties: false },
);
export type JoinTokenCreate = Static<typeof JoinTokenCreate>;

export const JoinTokenCreated = Type.Object({
  id: Id,
  token: Type.String({ description: 'Shown this once: only its hash is kept.' }),
  command: Type.String({ description: 'One line to paste into a shell of the new host.' }),
  expiresAt: Instant,
});
export type JoinTokenCreated = Static<typeof JoinTokenCreated>;
