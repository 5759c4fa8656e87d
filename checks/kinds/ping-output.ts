// What fping and ping print at the end, as counts and an average.

export interface PingCounts {
  sent: number;
  received: number;
  /** Undefined when nothing came back. */
  averageMs?: number;
}

/**
 * Lines of `fping -C n -q`, by target: "192.0.2.1 : 0.04 - 0.05", a dash for each packet that was lost. Other lines
 * (ICMP errors of routers on the way) say nothing about a target. Never throws.
 */
export function parseFping(text: string): Map<string, PingCounts> {
  const targets = new Map<string, PingCounts>();
  for (const line of text.split('\n')) {
    const { target, times } =
      /^(?<target>\S+) +: (?<times>(?:(?:\d+(?:\.\d+)?|-)(?: |$))+)$/.exec(line.trim())?.groups ?? {};
    if (target === undefined || times === undefined) continue;
    const packets = times.trim().split(' ');
    const tripsMs = packets.filter((packet) => packet !== '-').map(Number);
    targets.set(target, {
      sent: packets.length,
      received: tripsMs.length,
      ...(tripsMs.length > 0 && { averageMs: tripsMs.reduce((sum, trip) => sum + trip, 0) / tripsMs.length }),
    });
  }
  return targets;
}

/** The summary of `ping -q` from iputils; undefined when there is none. Never throws. */
export function parsePing(text: string): PingCounts | undefined {
  const { sent, received } = /^(?<sent>\d+) packets transmitted, (?<received>\d+) received/m.exec(text)?.groups ?? {};
  if (sent === undefined || received === undefined) return undefined;
  const average = /^rtt min\/avg\/max\/mdev = [\d.]+\/(?<average>[\d.]+)\//m.exec(text)?.groups?.['average'];
  return {
    sent: Number(sent),
    received: Number(received),
    ...(average !== undefined && { averageMs: Number(average) }),
  };
}
