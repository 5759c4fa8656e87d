// Who this agent is and whom it trusts: its own key, the id that it was given, the
// gateway's certificate and the keys that may sign requests. Kept in identity.json.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';
import type { SigningKey } from '#wire/agent-channel.ts';
import { privateKeyText, publicKeyText, readPrivateKey } from '#wire/channel-signature.ts';
import type { JoinToken } from '#wire/join-token.ts';
import { decodeJson, listOf, object, text } from '#wire/json-shape.ts';
import { readIfThere, writeDurably } from './durable-file.ts';
import { identityFile } from './identity-file.ts';

interface Membership {
  agentId: string;
  signingKeys: SigningKey[];
}

export interface Identity {
  readonly privateKey: KeyObject;
  /** DER in base64. */
  readonly publicKey: string;
  /** Where the gateway is and how to know it. */
  readonly url: string;
  readonly fingerprint: string;
  /** Absent until the gateway has answered the enrolment. */
  readonly membership: Membership | undefined;
  /** Opens the door for the enrolment; absent after it. */
  readonly joinSecret: string | undefined;
  /** Keeps what the enrolment brought. */
  joined(membership: Membership): void;
}

const stored = object(
  { privateKeyPem: text(2000), url: text(600), fingerprint: text(64) },
  {
    agentId: text(64),
    signingKeys: listOf(object({ keyId: text(64), publicKey: text(200) }), 8),
    joinSecret: text(128),
  },
);

/**
 * Reads the identity, or begins one with `token`. A token of the gateway that this agent
 * has joined changes its address at most; one of another gateway starts anew with a new key.
 * Undefined when there is neither: the agent then only sends metrics.
 */
export function openIdentity(stateDir: string, token: JoinToken | undefined): Identity | undefined {
  const file = identityFile(stateDir);
  const kept = readIdentity(file);
  if (!token) return kept;
  if (kept?.fingerprint === token.fp && kept.membership)
    return kept.url === token.url ? kept : moved(file, kept, token.url);
  // The key is on disk before it is shown to anybody, so that an enrolment whose answer got lost is the same one again.
  const sameGateway = kept?.fingerprint === token.fp ? kept : undefined;
  const privateKey = sameGateway?.privateKey ?? generateKeyPairSync('ed25519').privateKey;
  return createIdentity(file, {
    privateKey,
    url: token.url,
    fingerprint: token.fp,
    joinSecret: token.secret,
    membership: undefined,
  });
}

/** The same gateway under another address: identity and membership stay. */
function moved(file: string, kept: Identity, url: string): Identity {
  const { privateKey, fingerprint, joinSecret, membership } = kept;
  return createIdentity(file, { privateKey, fingerprint, joinSecret, membership, url });
}

function readIdentity(file: string): Identity | undefined {
  const content = readIfThere(file);
  if (content === undefined) return undefined;
  const decoded = decodeJson(stored, content);
  if (!decoded.ok)
    throw new AppError('identity_unreadable', `${file} is damaged (${decoded.reason}). Remove it and join anew.`);
  const { privateKeyPem, url, fingerprint, agentId, signingKeys, joinSecret } = decoded.value;
  return holdIdentity(file, {
    privateKey: readPrivateKey(privateKeyPem),
    url,
    fingerprint,
    joinSecret,
    membership: agentId !== undefined && signingKeys ? { agentId, signingKeys } : undefined,
  });
}

type Facts = Pick<Identity, 'privateKey' | 'url' | 'fingerprint' | 'joinSecret' | 'membership'>;

function createIdentity(file: string, facts: Facts): Identity {
  save(file, facts);
  return holdIdentity(file, facts);
}

function holdIdentity(file: string, facts: Facts): Identity {
  let { membership, joinSecret } = facts;
  return {
    privateKey: facts.privateKey,
    publicKey: publicKeyText(facts.privateKey),
    url: facts.url,
    fingerprint: facts.fingerprint,
    get membership() {
      return membership;
    },
    get joinSecret() {
      return joinSecret;
    },
    joined(next) {
      membership = next;
      joinSecret = undefined;
      save(file, { ...facts, membership, joinSecret });
    },
  };
}

const save = (file: string, facts: Facts): void =>
  writeDurably(
    file,
    `${JSON.stringify(
      {
        privateKeyPem: privateKeyText(facts.privateKey),
        url: facts.url,
        fingerprint: facts.fingerprint,
        ...facts.membership,
        ...(facts.joinSecret !== undefined && { joinSecret: facts.joinSecret }),
      },
      null,
      2,
    )}\n`,
  );
