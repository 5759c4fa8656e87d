// The only door to the gateway for other parts. Asking an agent means writing a
// row: whichever gateway process holds the connection hears of it at commit, so
// this door works in every process, also where no gateway runs.

import type { Actor } from '#kernel/domain/actor.ts';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import type { Trx } from '#store/postgres.ts';

export interface NewRequest {
  /** Unit of delivery and dedupe: the same id again is the same request, whatever else it says. */
  requestId: string;
  agentId: string;
  runId?: string;
  /** "script", "service", "release", "desired_state", "ping", "check", "count_processes". */
  action: string;
  /** What the action needs (see gmond-agent/README.md); `timeoutSec` bounds its work. */
  body: Record<string, unknown>;
  /** Label of the person or reflex; goes to the host inside the signature. */
  requestedBy: string;
  /** Not started after this instant. At most seven days ahead. */
  expiresAtMs: number;
  /**
   * Asked so often that the log must not fill with it: no events; its end is announced on `FINISHED_CHANNEL`, and
   * whoever asked forgets it.
   */
  quiet?: boolean;
}

export type RequestStatus = 'queued' | 'sent' | 'delivered' | 'started' | 'finished';

export interface RequestState {
  requestId: string;
  agentId: string;
  runId: string | null;
  action: string;
  status: RequestStatus;
  cancelRequested: boolean;
  /** Present exactly when finished. */
  outcome: RequestOutcome | null;
  createdAtMs: number;
  expiresAtMs: number;
  sentAtMs: number | null;
  deliveredAtMs: number | null;
  startedAtMs: number | null;
  finishedAtMs: number | null;
}

export interface OutputChunk {
  seq: number;
  stream: 'stdout' | 'stderr';
  atMs: number;
  /** Bytes as the program wrote them; any encoding. */
  bytes: Buffer;
  /** Bytes left out before this chunk, over the agent's cap. */
  omittedBytes: number;
}

export type AgentStatus = 'pending' | 'approved' | 'revoked';

export interface Agent {
  id: string;
  hostId: string | null;
  name: string;
  cluster: string;
  status: AgentStatus;
  version: string;
  ip: string | null;
  connected: boolean;
  connectedAtMs: number | null;
  lastContactAtMs: number | null;
  enrolledAtMs: number;
  approvedBy: string | null;
}

export interface NewJoinToken {
  note?: string;
  /** Agents of this token need nobody's approval. */
  approve: boolean;
  uses: number;
  ttlSec: number;
  cluster?: string;
  /** Name by which the requester reaches this server; used when the gateway listens on every address. */
  reachableAs?: string;
}

export interface JoinTokenState {
  id: string;
  note: string;
  approve: boolean;
  usesLeft: number;
  cluster: string;
  expiresAtMs: number;
  createdBy: string;
  createdAtMs: number;
}

/** Commands throw `not_found`, or a 400 that says what is accepted. */
export interface GatewayApi {
  /**
   * Writes the request in the caller's transaction; false when the id was known already.
   * It ends in exactly one `request.finished` event, `expired` and `unreachable` included; a quiet one in a notice.
   */
  sendRequest(trx: Trx, request: NewRequest): Promise<boolean>;
  /**
   * Asks to stop a request. One that was never sent ends `canceled` at once; otherwise it
   * ends when the agent says so. False when it had finished before or is not known.
   */
  cancelRequest(trx: Trx, requestId: string, by: string): Promise<boolean>;
  /** Unknown ids are left out. */
  readRequests(requestIds: readonly string[]): Promise<RequestState[]>;
  /** Removes finished quiet requests: these, and any that nobody has come for within an hour. */
  forgetRequests(requestIds: readonly string[]): Promise<void>;
  /** Chunks after `afterSeq` (start with -1), in order. New ones are announced on `OUTPUT_CHANNEL`. */
  readOutput(requestId: string, afterSeq: number, limit: number): Promise<OutputChunk[]>;

  /** By name, then id. */
  listAgents(): Promise<Agent[]>;
  getAgent(agentId: string): Promise<Agent>;
  /** The approved agent of a host, the connected one first; undefined when it has none. */
  agentOfHost(hostId: string): Promise<Agent | undefined>;
  countAgents(): Promise<{ total: number; connected: number; pending: number }>;
  approveAgent(actor: Actor, agentId: string): Promise<void>;
  /** Cuts the agent off for good and ends its open requests; it must join anew under another key. */
  revokeAgent(actor: Actor, agentId: string): Promise<void>;

  /** `token` is shown this once: only its hash is kept. */
  createJoinToken(actor: Actor, token: NewJoinToken): Promise<{ id: string; token: string; expiresAtMs: number }>;
  listJoinTokens(): Promise<JoinTokenState[]>;
  deleteJoinToken(actor: Actor, id: string): Promise<void>;
}

/** pg_notify channel: payload is the id of a request that has new output. */
export const OUTPUT_CHANNEL = 'plexus_output';

/** pg_notify channel: payload is the id of a quiet request that has finished. */
export const FINISHED_CHANNEL = 'plexus_request_finished';
