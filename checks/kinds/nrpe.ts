// Asks an NRPE daemon to run one of its commands, as check_nrpe does: version 4 first, then 2
// for daemons that hang up on it, which is remembered for a while.

import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import Type, { type Static } from 'typebox';
import type { Clock } from '#kernel/clock.ts';
import { encodeNrpeQuery, maxNrpeQueryBytes, type NrpePacket, type NrpeVersion } from '#wire/nrpe.ts';
import { parsePluginOutput } from '#wire/plugin-output.ts';
import { serviceStateOfExit } from '../exit-code.ts';
import { isSecretMacro } from '../macros/macro-origin.ts';
import { defineCheckKind, verdict, type CheckKind, type CheckResult, type CheckTarget } from './check-kind.ts';
import { fillMacros } from './fill-macros.ts';
import { secretSetting } from './spec-secrets.ts';
import { exchangeNrpe, type NrpeOutcome, type NrpePeer, type NrpeTls } from './nrpe-exchange.ts';

const Pem = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 65_536, description }));

const NrpeSpec = Type.Object(
  {
    address: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Where the daemon listens; the address of the host when absent.',
      }),
    ),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 5666 }),
    command: Type.String({
      pattern: '^[^!\\u0000\\n]{1,255}$',
      default: '_NRPE_CHECK',
      description: 'Name of a command of the daemon; _NRPE_CHECK asks for its version.',
    }),
    args: Type.Array(Type.String({ maxLength: 8192, pattern: '^[^!\\u0000]*$' }), {
      maxItems: 64,
      default: [],
      description: 'Arguments of the command; $HOSTNAME$ and other macros are filled in. Most daemons refuse any.',
    }),
    tls: Type.Union([Type.Literal('adh'), Type.Literal('cert'), Type.Literal('off')], {
      default: 'adh',
      description: 'adh: anonymous, as NRPE is installed. cert: certificates, judged by ca. off: plain text.',
    }),
    ca: Pem('PEM of the authority that signed the certificate of the daemon.'),
    cert: Pem('PEM of our own certificate, for daemons that ask for one.'),
    key: Type.Optional(secretSetting('PEM of its private key.')),
    version: Type.Union([Type.Literal('auto'), Type.Literal(2), Type.Literal(3), Type.Literal(4)], {
      default: 'auto',
      description: 'auto asks as version 4, then as version 2.',
    }),
  },
  { additionalProperties: false },
);
type NrpeSpec = Static<typeof NrpeSpec>;

/** Daemons are upgraded now and then: after so long version 4 is tried again. */
const REMEMBERED_MS = 10 * 60_000;
const REMEMBERED_DAEMONS = 10_000;

/** Each kind made here has a memory of its own of daemons that only understand version 2. */
export function createNrpeKind(): CheckKind {
  const oldDaemons = createOldDaemons();
  return defineCheckKind({
    kind: 'nrpe',
    title: 'NRPE command',
    specSchema: NrpeSpec,
    specProblems,
    describe: (spec, target) => {
      const { host, port } = peerOf(spec, target);
      return `nrpe ${host}:${port} (${spec.tls === 'off' ? 'plain' : `tls ${spec.tls}`}) ${queryText(spec, masked(target))}`;
    },
    compile:
      (spec) =>
      async ({ target, clock }, signal) => {
        const peer = peerOf(spec, target);
        const text = queryText(spec, target);
        const problem = queryProblem(text, spec);
        if (problem !== undefined) return verdict('unknown', `NRPE UNKNOWN - ${problem}`);
        const ask = (version: NrpeVersion) => exchangeNrpe(peer, encodeNrpeQuery(version, text), signal);
        if (spec.version !== 'auto') return resultOf(await ask(spec.version), peer, target);
        if (!oldDaemons.has(peer, clock)) {
          const outcome = await ask(4);
          if (outcome.kind !== 'closed' || signal.aborted) return resultOf(outcome, peer, target);
        }
        const outcome = await ask(2);
        if (outcome.kind === 'answered') oldDaemons.add(peer, clock);
        return resultOf(outcome, peer, target);
      },
  });
}

const queryText = ({ command, args }: NrpeSpec, target: CheckTarget): string =>
  [command, ...args.map((argument) => fillMacros(argument, target))].join('!');

/** For people: the values of resources and passwords are not shown. */
const masked = (target: CheckTarget): CheckTarget => ({
  ...target,
  macro: (name) => (isSecretMacro(name) ? '[secret]' : target.macro(name)),
});

/** What only shows once the macros are filled in; undefined when all is well. */
function queryProblem(text: string, { args, version }: NrpeSpec): string | undefined {
  // The daemon cuts at each mark: one from a macro would shift all arguments behind it.
  if (text.split('!').length !== args.length + 1) return 'a macro put a "!" into an argument';
  const most = maxNrpeQueryBytes(version === 'auto' ? 2 : version);
  return Buffer.byteLength(text) > most ? `command and arguments are longer than ${most} bytes` : undefined;
}

const peerOf = (spec: NrpeSpec, target: CheckTarget): NrpePeer => ({
  host: spec.address ?? target.address,
  port: spec.port,
  tls: tlsOf(spec),
});

const tlsOf = ({ tls, ca, cert, key }: NrpeSpec): NrpeTls =>
  tls === 'cert' ? { mode: tls, ca: ca ?? '', cert, key } : { mode: tls };

function specProblems(spec: NrpeSpec): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const version = spec.version === 'auto' ? 2 : spec.version;
  if (Buffer.byteLength([spec.command, ...spec.args].join('!')) > maxNrpeQueryBytes(version))
    problems.push({
      path: '/args',
      message: `command and arguments are longer than the ${maxNrpeQueryBytes(version)} bytes of version ${version}`,
    });
  for (const name of ['ca', 'cert', 'key'] as const)
    if (spec.tls !== 'cert' && spec[name] !== undefined)
      problems.push({ path: `/${name}`, message: 'is only for tls: cert' });
  if (spec.tls === 'cert' && spec.ca === undefined)
    problems.push({ path: '/ca', message: 'is needed with tls: cert; else any certificate would do' });
  if ((spec.cert === undefined) !== (spec.key === undefined))
    problems.push({ path: spec.cert === undefined ? '/cert' : '/key', message: 'certificate and key go together' });
  if (problems.length === 0 && spec.tls === 'cert') problems.push(...pemProblems(spec));
  return problems;
}

function pemProblems({ ca = '', cert, key }: NrpeSpec): { path: string; message: string }[] {
  const tries: [path: string, attempt: () => unknown][] = [
    ['/ca', () => new X509Certificate(ca)],
    ['/cert', () => cert !== undefined && new X509Certificate(cert)],
    ['/key', () => createSecureContext({ cert, key })],
  ];
  for (const [path, attempt] of tries) {
    try {
      attempt();
    } catch (error) {
      return [{ path, message: `cannot be used: ${error instanceof Error ? error.message : String(error)}` }];
    }
  }
  return [];
}

/** States are those of check_nrpe: out of reach is CRITICAL, an answer that is none UNKNOWN. */
function resultOf(outcome: NrpeOutcome, peer: NrpePeer, target: CheckTarget): CheckResult {
  const where = `${peer.host} port ${peer.port}`;
  switch (outcome.kind) {
    case 'answered':
      return resultOfAnswer(outcome.packet);
    case 'closed':
      return verdict(
        'unknown',
        `NRPE UNKNOWN - ${where} hung up without an answer: it refuses arguments, this address, or this version`,
      );
    case 'unreachable':
      return verdict('critical', `NRPE CRITICAL - no connection to ${where}: ${outcome.reason}`);
    case 'no_tls':
      return verdict('critical', `NRPE CRITICAL - no TLS with ${where}: ${outcome.reason}`);
    case 'broken':
      return verdict('unknown', `NRPE UNKNOWN - ${where} sent no NRPE answer: ${outcome.reason}`);
    case 'timed_out':
      return verdict(
        'critical',
        `NRPE CRITICAL - ${outcome.while === 'waiting' ? 'no answer from' : 'no connection to'} ${where} within ${target.timeoutMs / 1000} seconds`,
      );
    default:
      return outcome satisfies never;
  }
}

function resultOfAnswer({ resultCode, text }: NrpePacket): CheckResult {
  const { short, long, perfdata } = parsePluginOutput(text);
  return { state: serviceStateOfExit(resultCode, 'unknown'), output: short, longOutput: long, perfdata };
}

function createOldDaemons() {
  const untilTick = new Map<string, number>();
  const keyOf = ({ host, port }: NrpePeer) => `${host} ${port}`;
  return {
    has(peer: NrpePeer, clock: Clock): boolean {
      return (untilTick.get(keyOf(peer)) ?? -Infinity) > clock.monotonicMs();
    },
    add(peer: NrpePeer, clock: Clock): void {
      const key = keyOf(peer);
      // A daemon that answered as version 2 just now keeps its end of term, or version 4 was never tried again.
      if (untilTick.has(key) && this.has(peer, clock)) return;
      untilTick.delete(key);
      untilTick.set(key, clock.monotonicMs() + REMEMBERED_MS);
      for (const oldest of untilTick.keys()) {
        if (untilTick.size <= REMEMBERED_DAEMONS) break;
        untilTick.delete(oldest);
      }
    },
  };
}
