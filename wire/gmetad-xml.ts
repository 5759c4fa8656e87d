// Writes what only gmetad's XML has: grids and summaries, and HOST with its attributes
// in gmetad's order. The rest is the same as in gmond's.

import { escapeAttribute, extraData, UNSPECIFIED, type XmlHost } from './gmond-xml.ts';
import type { ExtraElement } from './gmond-packet.ts';

export interface XmlGrid {
  name: string;
  /** URL under which people find it. */
  authority: string;
  /** Unix seconds at the grid. */
  localtimeSec: number;
}

export interface XmlSum {
  name: string;
  /** As it is to be printed. */
  sum: string;
  num: number;
  units: string;
  slope: string;
  /** In order of arrival; written in reverse, as in METRIC. */
  extra: readonly ExtraElement[];
}

export const openGrid = (grid: XmlGrid): string =>
  `<GRID NAME="${escapeAttribute(grid.name)}" AUTHORITY="${escapeAttribute(grid.authority)}" LOCALTIME="${grid.localtimeSec}">\n`;

export const CLOSE_GRID = '</GRID>\n';

export const hostsElement = (up: number, down: number): string =>
  `<HOSTS UP="${up}" DOWN="${down}" SOURCE="gmetad"/>\n`;

/** TYPE is always double: gmetad sums every number as one. */
export const sumElement = (metric: XmlSum): string =>
  `<METRICS NAME="${escapeAttribute(metric.name)}" SUM="${metric.sum}" NUM="${metric.num}" TYPE="double"` +
  ` UNITS="${escapeAttribute(metric.units)}" SLOPE="${metric.slope}" SOURCE="gmond">\n` +
  `${extraData(metric.extra)}</METRICS>\n`;

export const openGmetadHost = (host: XmlHost): string =>
  `<HOST NAME="${escapeAttribute(host.name)}" IP="${escapeAttribute(host.ip)}" REPORTED="${host.reportedSec}"` +
  ` TN="${host.tnSec}" TMAX="${host.tmaxSec}" DMAX="${host.dmaxSec}"` +
  ` LOCATION="${escapeAttribute(host.location ?? UNSPECIFIED)}"` +
  // gmetad keeps it in 32 bits without a sign; a gmond that prints it negative means the same instant.
  ` GMOND_STARTED="${host.gmondStartedSec >>> 0}" TAGS="${escapeAttribute(host.tags ?? '')}">\n`;
