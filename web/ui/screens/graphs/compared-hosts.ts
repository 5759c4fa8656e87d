// The hosts of the compare page as they stand in the URL: cluster/host, separated by commas. Pure.

import type { HostName } from '../../data/host-name.ts';

/** Lines of a chart that can still be told apart, and requests for names. */
export const MOST_HOSTS = 16;

export const hostTag = ({ cluster, host }: HostName): string => `${cluster}/${host}`;

/** A cluster may have a slash in its name, a host cannot: the last one divides. Each host once. */
export function parseHosts(text: string): HostName[] {
  const tags = new Set(text.split(',').map((tag) => tag.trim()));
  return [...tags]
    .flatMap((tag) => {
      const slash = tag.lastIndexOf('/');
      return slash <= 0 || slash === tag.length - 1
        ? []
        : [{ cluster: tag.slice(0, slash), host: tag.slice(slash + 1) }];
    })
    .slice(0, MOST_HOSTS);
}

/** Metrics that the expression finds, or why it is none. Empty finds all. */
export function matchingMetrics(metrics: readonly string[], expression: string): string[] | { wrong: string } {
  try {
    const regex = new RegExp(expression);
    return metrics.filter((metric) => regex.test(metric));
  } catch (error) {
    if (error instanceof SyntaxError) return { wrong: error.message };
    throw error;
  }
}
