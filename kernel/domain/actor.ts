/** Who asks for a change, and from where: goes into the audit trail with it. */
export interface Actor {
  /** "user:anna", "token:ci", "reflex:restart-web", "system". */
  label: string;
  role: Role;
  /** Client address, or "system". */
  source: string;
}

export const ROLES = ['viewer', 'operator', 'engineer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const hasRole = (actor: Pick<Actor, 'role'>, needed: Role): boolean =>
  ROLES.indexOf(actor.role) >= ROLES.indexOf(needed);

export const SYSTEM: Actor = { label: 'system', role: 'admin', source: 'system' };
