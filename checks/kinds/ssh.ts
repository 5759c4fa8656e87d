// Reads the banner of an SSH server (RFC 4253 §4.2). No banner, or another version than
// expected, is CRITICAL, as with the plugin of the same name.

import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict } from './check-kind.ts';
import { AddressSetting, hostAndPort, IpVersionSetting, peerOf } from './net-address.ts';
import { conversationVerdict, openConversation, type Conversation } from './net-conversation.ts';
import {
  compileLimits,
  conclude,
  LatencySettings,
  limitFindings,
  rangeProblems,
  timeMetric,
  type Finding,
} from './net-limits.ts';
import { compilePattern, patternProblems, patternSetting } from './net-pattern.ts';

const SshSpec = Type.Object(
  {
    address: AddressSetting,
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 22 }),
    ipVersion: IpVersionSetting,
    protocol: Type.Optional(
      Type.String({ pattern: '^\\d\\.\\d{1,3}$', description: 'Protocol version that is expected, such as 2.0.' }),
    ),
    versionMatches: patternSetting('What the software version must contain, such as OpenSSH_9'),
    ...LatencySettings,
  },
  { additionalProperties: false },
);
type SshSpec = Static<typeof SshSpec>;

/** A server may send lines before its banner (RFC 4253 §4.2); one that sends this many is none. */
const MAX_LINES = 50;
const GREETING = 'SSH-2.0-Plexus_check\r\n';

interface Banner {
  protocol: string;
  software: string;
}

export const sshKind = defineCheckKind({
  kind: 'ssh',
  title: 'SSH server',
  specSchema: SshSpec,
  specProblems: (spec) => [
    ...patternProblems({ '/versionMatches': spec.versionMatches }),
    ...rangeProblems({ '/latencyWarn': spec.latencyWarn, '/latencyCrit': spec.latencyCrit }),
  ],
  compile(spec) {
    const limits = compileLimits(spec.latencyWarn, spec.latencyCrit);
    const isVersion = spec.versionMatches === undefined ? () => true : compilePattern(spec.versionMatches);
    return async ({ clock, target }, signal) => {
      const peer = peerOf(spec, target);
      if (peer.problem !== undefined) return verdict('unknown', `SSH UNKNOWN - ${peer.problem}`);
      const where = hostAndPort(peer.host, spec.port);
      const startTick = clock.monotonicMs();
      let talk: Conversation | undefined;
      try {
        talk = await openConversation(peer, spec.port, signal);
        const banner = await readBanner(talk);
        const sec = (clock.monotonicMs() - startTick) / 1000;
        if (typeof banner === 'string')
          return verdict('critical', `SSH CRITICAL - ${where} is no SSH server: ${JSON.stringify(banner)}`);
        talk.send(GREETING);
        const findings = [...mismatches(spec, banner, isVersion), ...limitFindings('took', sec, ' s', limits)];
        const ok = `${banner.software} (protocol ${banner.protocol}) on ${where}`;
        const perfdata = formatPerfdata([timeMetric(sec, limits, target.timeoutMs)]);
        return conclude('SSH', findings, { ok, where: `on ${where}` }, perfdata);
      } catch (error) {
        return conversationVerdict(error, { label: 'SSH', where, waitingFor: 'banner', timeoutMs: target.timeoutMs });
      } finally {
        talk?.close();
      }
    };
  },
  describe: (spec, target) => `read the SSH banner of ${hostAndPort(peerOf(spec, target).host, spec.port)}`,
});

/** The first line as it is when no banner follows it. */
async function readBanner(talk: Conversation): Promise<Banner | string> {
  let first: string | undefined;
  for (let read = 0; read < MAX_LINES; read++) {
    const line = await talk.readLine();
    const { protocol, software } = /^SSH-(?<protocol>[^-]+)-(?<software>.+)$/.exec(line)?.groups ?? {};
    if (protocol !== undefined && software !== undefined) return { protocol, software: software.slice(0, 255) };
    first ??= line.slice(0, 80);
  }
  return first ?? '';
}

function mismatches(spec: SshSpec, banner: Banner, isVersion: (text: string) => boolean): Finding[] {
  const found: Finding[] = [];
  if (!isVersion(banner.software))
    found.push({ state: 'critical', text: `version ${banner.software} does not match /${spec.versionMatches}/` });
  if (spec.protocol !== undefined && spec.protocol !== banner.protocol)
    found.push({ state: 'critical', text: `protocol ${banner.protocol} (expected ${spec.protocol})` });
  return found;
}
