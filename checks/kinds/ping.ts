// Sends ICMP echo requests and judges loss and round trip as check_ping does. UNKNOWN when
// nobody could be asked: no program, no rights, no such name.

import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckKind, type CheckResult } from './check-kind.ts';
import { AddressSetting, IpVersionSetting, peerOf } from './net-address.ts';
import { withinSeconds } from './net-failure.ts';
import { createPinger } from './ping-batch.ts';
import type { PingCounts } from './ping-output.ts';
import { findPingPrograms, type PingPrograms } from './ping-program.ts';

const limit = (state: string, byDefault: string) =>
  Type.String({
    default: byDefault,
    maxLength: 40,
    pattern: '^\\d+(\\.\\d+)?,\\d{1,3}%$',
    description: `${state} from this round trip in milliseconds or this loss on, such as ${byDefault}.`,
  });

const PingSpec = Type.Object(
  {
    address: AddressSetting,
    ipVersion: IpVersionSetting,
    packets: Type.Integer({ minimum: 1, maximum: 100, default: 5 }),
    // ping of Debian refuses less to users other than root.
    intervalMs: Type.Integer({ minimum: 200, maximum: 10_000, default: 200, description: 'Between packets.' }),
    waitMs: Type.Integer({ minimum: 50, maximum: 30_000, default: 1000, description: 'For the answer to a packet.' }),
    warn: limit('WARNING', '100,20%'),
    crit: limit('CRITICAL', '500,60%'),
  },
  { additionalProperties: false },
);
type PingSpec = Static<typeof PingSpec>;

interface PingLimit {
  rtaMs: number;
  lossPercent: number;
}

export function createPingKind(programs: PingPrograms = findPingPrograms()): CheckKind {
  const pinger = createPinger(programs);
  return defineCheckKind({
    kind: 'ping',
    title: 'Ping',
    specSchema: PingSpec,
    compile(spec) {
      const limits = { warn: parseLimit(spec.warn), crit: parseLimit(spec.crit) };
      const plan = { count: spec.packets, intervalMs: spec.intervalMs, waitMs: spec.waitMs };
      return async ({ clock, target }, signal) => {
        const { host, family, problem } = peerOf(spec, target);
        if (problem !== undefined || !isPingable(host))
          return verdict('unknown', `PING UNKNOWN - ${problem ?? `${JSON.stringify(host)} is no address`}`);
        const outcome = await pinger.ping(host, { ...plan, family }, { clock, signal });
        if (outcome === 'aborted')
          return verdict('critical', `PING CRITICAL - ${host}: no end ${withinSeconds(target.timeoutMs)}`);
        if (outcome.how === 'unresolved') return verdict('unknown', `PING UNKNOWN - ${host}: name is not known`);
        if (outcome.how === 'failed') return verdict('unknown', `PING UNKNOWN - ${outcome.reason}`);
        return judge(host, outcome.counts, limits);
      };
    },
    describe: (spec, target) => `send ${spec.packets} ICMP echo requests to ${peerOf(spec, target).host}`,
  });
}

/** It becomes an argument of a program: nothing that could be an option, nothing that splits a line of its output. */
const isPingable = (host: string): boolean => /^[\w:][\w.:%-]*$/.test(host);

function parseLimit(text: string): PingLimit {
  const [rta = '', loss = ''] = text.replace('%', '').split(',');
  return { rtaMs: Number(rta), lossPercent: Number(loss) };
}

/** At a limit already, not only past it, as check_ping does; nothing back at all is always CRITICAL. */
function judge(
  host: string,
  { sent, received, averageMs }: PingCounts,
  limits: { warn: PingLimit; crit: PingLimit },
): CheckResult {
  const lossPercent = sent === 0 ? 100 : Math.round(((sent - received) / sent) * 100);
  const isPast = ({ rtaMs, lossPercent: most }: PingLimit) =>
    lossPercent >= most || (averageMs !== undefined && averageMs >= rtaMs);
  const state = averageMs === undefined || isPast(limits.crit) ? 'critical' : isPast(limits.warn) ? 'warning' : 'ok';
  const reached = state === 'critical' ? limits.crit : limits.warn;
  const beside = state === 'ok' ? '' : ` (limit ${reached.rtaMs} ms, ${reached.lossPercent}%)`;
  const rta = averageMs === undefined ? '' : `, RTA = ${averageMs.toFixed(2)} ms`;
  const text = `${host}: Packet loss = ${lossPercent}%${rta}${beside}`;
  const perfdata = formatPerfdata([
    {
      label: 'rta',
      value: averageMs === undefined ? null : Number(averageMs.toFixed(6)),
      uom: 'ms',
      warn: String(limits.warn.rtaMs),
      crit: String(limits.crit.rtaMs),
      min: 0,
      max: null,
    },
    {
      label: 'pl',
      value: lossPercent,
      uom: '%',
      warn: String(limits.warn.lossPercent),
      crit: String(limits.crit.lossPercent),
      min: 0,
      max: 100,
    },
  ]);
  return verdict(state, `PING ${state.toUpperCase()} - ${text}`, perfdata);
}
