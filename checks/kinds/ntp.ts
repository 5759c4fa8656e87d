// Compares this machine's clock with an NTP server. No answer is CRITICAL, and so is a server
// that is not synchronised itself: its time says nothing.

import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckResult } from './check-kind.ts';
import { AddressSetting, hostAndPort, IpVersionSetting, isUnresolved, peerOf } from './net-address.ts';
import { failureText, withinSeconds } from './net-failure.ts';
import { compileLimits, conclude, limitFindings, rangeProblems, rangeSetting, type Limits } from './net-limits.ts';
import { askNtp, type NtpSample } from './ntp-exchange.ts';

const NtpSpec = Type.Object(
  {
    address: AddressSetting,
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 123 }),
    ipVersion: IpVersionSetting,
    samples: Type.Integer({ minimum: 1, maximum: 8, default: 4, description: 'How often the server is asked.' }),
    offsetWarn: Type.String({
      default: '60',
      maxLength: 100,
      description: 'WARNING when the difference in seconds, without its sign, is outside, as a Nagios range.',
    }),
    offsetCrit: Type.String({
      default: '120',
      maxLength: 100,
      description: 'CRITICAL when the difference in seconds, without its sign, is outside, as a Nagios range.',
    }),
    stratumWarn: rangeSetting('WARNING when the stratum of the server is outside,'),
    stratumCrit: rangeSetting('CRITICAL when the stratum of the server is outside,'),
  },
  { additionalProperties: false },
);
type NtpSpec = Static<typeof NtpSpec>;

const UNSYNCHRONISED_LEAP = 3;
const UNSYNCHRONISED_STRATUM = 16;

export const ntpKind = defineCheckKind({
  kind: 'ntp',
  title: 'NTP time offset',
  specSchema: NtpSpec,
  specProblems: (spec) =>
    rangeProblems({
      '/offsetWarn': spec.offsetWarn,
      '/offsetCrit': spec.offsetCrit,
      '/stratumWarn': spec.stratumWarn,
      '/stratumCrit': spec.stratumCrit,
    }),
  compile(spec) {
    const offset = compileLimits(spec.offsetWarn, spec.offsetCrit);
    const stratum = compileLimits(spec.stratumWarn, spec.stratumCrit);
    return async ({ clock, target }, signal) => {
      const peer = peerOf(spec, target);
      if (peer.problem !== undefined) return verdict('unknown', `NTP UNKNOWN - ${peer.problem}`);
      const where = hostAndPort(peer.host, spec.port);
      try {
        const sample = await askNtp(peer, spec.port, { clock, samples: spec.samples }, signal);
        if (sample) return judge(sample, { offset, stratum }, where);
        return verdict('critical', `NTP CRITICAL - no answer from ${where} ${withinSeconds(target.timeoutMs)}`);
      } catch (error) {
        const state = isUnresolved(error) ? 'unknown' : 'critical';
        return verdict(state, `NTP ${state.toUpperCase()} - ${where}: ${failureText(error)}`);
      }
    };
  },
  describe: (spec, target) => `ask ${hostAndPort(peerOf(spec, target).host, spec.port)} for the time`,
});

function judge(
  { answer, offsetSec }: NtpSample,
  limits: { offset: Limits; stratum: Limits },
  where: string,
): CheckResult {
  const { stratum, leap, referenceId } = answer;
  if (stratum === 0) return verdict('critical', `NTP CRITICAL - ${where} refuses to answer (${referenceId})`);
  if (leap === UNSYNCHRONISED_LEAP || stratum >= UNSYNCHRONISED_STRATUM)
    return verdict('critical', `NTP CRITICAL - ${where} is not synchronised (stratum ${stratum})`);
  const rounded = Number(offsetSec.toFixed(6));
  const findings = [
    ...limitFindings('offset', Math.abs(rounded), ' s', limits.offset),
    ...limitFindings('stratum', stratum, '', limits.stratum),
  ];
  const metric = (label: string, value: number, uom: string, { warnText, critText }: Limits, max: number | null) => ({
    label,
    value,
    uom,
    warn: warnText,
    crit: critText,
    min: max === null ? null : 0,
    max,
  });
  const perfdata = formatPerfdata([
    metric('offset', rounded, 's', limits.offset, null),
    metric('stratum', stratum, '', limits.stratum, UNSYNCHRONISED_STRATUM),
  ]);
  const ok = `offset ${rounded} s against ${where} (stratum ${stratum})`;
  return conclude('NTP', findings, { ok, where: `against ${where}` }, perfdata);
}
