// Messages between gateway and agent: JSON text frames on one WebSocket. Says what
// they look like; who sends which when is in gateway/README.md.

import type { AgentReport, RequestOutcome } from '#kernel/domain/event.ts';
import type { Decoded } from '#kernel/errors.ts';
import { byKind, decodeJson, finiteNumber, flag, jsonObject, listOf, literal } from './json-shape.ts';
import { matching, object, oneOf, recordOf, text, wholeNumber, type Shape, type ValueOf } from './json-shape.ts';

export const CHANNEL_PATH = '/agent/v1';
export const ARTIFACT_PATH = '/agent/v1/artifacts/';
export const CHANNEL_VERSION = 1;
/** Either side closes the connection on a longer frame. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** Longest canonical text of a request body. */
export const MAX_BODY_CHARS = 2 * 1024 * 1024;
/** Most bytes of program output in one `output` message. */
export const MAX_CHUNK_BYTES = 64 * 1024;
/** The gateway pings so often; either side gives the link up after three silent periods. */
export const HEARTBEAT_MS = 10_000;
export const DEAD_LINK_MS = 3 * HEARTBEAT_MS;

const id = text(128);
const uuid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a lower-case UUID');
const base64 = (maxBytes: number) =>
  matching(
    new RegExp(`^[A-Za-z0-9+/_-]{0,${Math.ceil((maxBytes * 4) / 3) + 2}}={0,2}$`),
    `base64 of at most ${maxBytes} bytes`,
  );
/** DER of an Ed25519 key (RFC 8410) in base64. */
const publicKey = base64(64);
const signature = base64(64);
const instantMs = wholeNumber();

/** What the server signs for each request; `bodyHash` is SHA-256 of the body's canonical JSON. */
const requestEnvelope = object({
  v: literal(CHANNEL_VERSION),
  requestId: id,
  agentId: uuid,
  action: text(64),
  bodyHash: matching(/^[0-9a-f]{64}$/, 'a SHA-256 in hex'),
  createdAtMs: instantMs,
  expiresAtMs: instantMs,
  /** Grows by one with each request to this agent. */
  seq: wholeNumber(),
  requestedBy: text(256),
  keyId: text(64),
});
export type RequestEnvelope = ValueOf<typeof requestEnvelope>;

const cancelNotice = object({
  v: literal(CHANNEL_VERSION),
  requestId: id,
  agentId: uuid,
  by: text(256),
  createdAtMs: instantMs,
  expiresAtMs: instantMs,
  keyId: text(64),
});
export type CancelNotice = ValueOf<typeof cancelNotice>;

export const signingKey = object({ keyId: text(64), publicKey });
export type SigningKey = ValueOf<typeof signingKey>;

export const requestOutcome: Shape<RequestOutcome> = object(
  {
    status: oneOf(
      ...([
        'succeeded',
        'failed',
        'timed_out',
        'canceled',
        'denied',
        'expired',
        'unreachable',
        'unknown_outcome',
        'interpreter_missing',
      ] as const),
    ),
  },
  {
    exitCode: wholeNumber(0, 255),
    signal: text(32),
    reason: text(4000),
    startedAtMs: instantMs,
    finishedAtMs: instantMs,
    outputBytes: wholeNumber(),
    omittedBytes: wholeNumber(),
    orphansLeft: flag,
    result: jsonObject(1024 * 1024),
  },
);

const fact: Shape<string | number | boolean> = (value, path) =>
  typeof value === 'boolean' ? value : typeof value === 'number' ? finiteNumber(value, path) : text(4000)(value, path);

const agentReport: Shape<AgentReport> = object({
  facts: recordOf(fact, 1000),
  packages: listOf(object({ name: text(256), version: text(256) }, { arch: text(32) }), 20_000),
  services: listOf(
    object(
      { name: text(256), state: oneOf('running', 'stopped', 'failed', 'unknown') },
      { description: text(1000), pid: wholeNumber() },
    ),
    5000,
  ),
  processes: listOf(
    object(
      { name: text(256), pid: wholeNumber() },
      { user: text(64), cpuSec: finiteNumber, rssBytes: wholeNumber(), startedAtMs: instantMs },
    ),
    5000,
  ),
});

/** Why an agent did not even take a request. */
const REFUSALS = ['bad_signature', 'unknown_key', 'wrong_agent', 'expired', 'malformed', 'denied'] as const;
export type Refusal = (typeof REFUSALS)[number];

const toAgent = byKind({
  challenge: object({ v: literal(CHANNEL_VERSION), nonce: text(128), serverTimeMs: instantMs }),
  enrolled: object({ agentId: uuid, signingKeys: listOf(signingKey, 8) }),
  /** `sessionToken` opens the artifact endpoint for as long as this connection stands. */
  welcome: object({ agentId: uuid, sessionToken: text(128), serverTimeMs: instantMs }),
  pending: object({ agentId: uuid }),
  rejected: object({
    code: oneOf('bad_token', 'unknown_agent', 'bad_proof', 'revoked', 'replaced', 'busy', 'malformed'),
  }),
  /** Body as a value: the agent hashes its canonical text itself. */
  request: object({ envelope: requestEnvelope, body: jsonObject(MAX_BODY_CHARS), signature }),
  cancel: object({ notice: cancelNotice, signature }),
  /** Asks for the state of a request that this agent had taken before. */
  resume: object({ requestId: id }),
  /** Output up to and including `seq` is committed. */
  output_kept: object({ requestId: id, seq: wholeNumber() }),
  /** The result is committed: the agent may forget its spool. */
  result_kept: object({ requestId: id }),
});
export type ToAgent = ValueOf<typeof toAgent>;

const self = { v: literal(CHANNEL_VERSION), name: text(256), version: text(64) };

const toGateway = byKind({
  enrol: object({ ...self, secret: text(128), publicKey, signature }, { ip: text(64) }),
  hello: object({ ...self, agentId: uuid, signature }, { ip: text(64) }),
  delivered: object({ requestId: id }),
  started: object({ requestId: id, atMs: instantMs }),
  output: object(
    {
      requestId: id,
      seq: wholeNumber(0, 2 ** 31 - 1),
      stream: oneOf('stdout', 'stderr'),
      atMs: instantMs,
      chunk: base64(MAX_CHUNK_BYTES),
    },
    /** Bytes that were left out between the chunk before and this one. */
    { omittedBytes: wholeNumber() },
  ),
  result: object({ requestId: id, outcome: requestOutcome }),
  refused: object({ requestId: id, refusal: oneOf(...REFUSALS), reason: text(1000) }),
  /** Answer to `resume` for a request that the journal does not know. */
  unknown: object({ requestId: id }),
  report: object({ report: agentReport }),
});
export type ToGateway = ValueOf<typeof toGateway>;

export const encodeMessage = (message: ToAgent | ToGateway): string => JSON.stringify(message);
export const decodeToAgent = (frame: string): Decoded<ToAgent> => decodeJson(toAgent, frame);
export const decodeToGateway = (frame: string): Decoded<ToGateway> => decodeJson(toGateway, frame);
