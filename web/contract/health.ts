// The state of Plexus itself.

import Type, { type Static } from 'typebox';

export const HealthPart = Type.Object({
  name: Type.String(),
  status: Type.Union([Type.Literal('ok'), Type.Literal('warning'), Type.Literal('critical')]),
  /** One sentence: what is so, and what to do when it is not well. */
  summary: Type.String(),
  facts: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
});
export type HealthPart = Static<typeof HealthPart>;

export const SelfHealth = Type.Object({
  version: Type.String(),
  nodeVersion: Type.String(),
  startedAt: Type.String(),
  home: Type.String(),
  parts: Type.Array(HealthPart),
});
export type SelfHealth = Static<typeof SelfHealth>;
