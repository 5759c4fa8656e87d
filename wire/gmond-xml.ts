// Writes the XML that gmond serves on TCP 8649, element by element, so that a large
// dump can be streamed. Attribute order is gmond's: gstat reads by position.

import type { ExtraElement } from './gmond-packet.ts';

export interface XmlCluster {
  name: string;
  /** Unix seconds at the answering host. */
  localtimeSec: number;
  owner?: string;
  latlong?: string;
  url?: string;
}

export interface XmlHost {
  name: string;
  ip: string;
  tags?: string;
  /** Unix seconds of the last packet. */
  reportedSec: number;
  tnSec: number;
  tmaxSec: number;
  dmaxSec: number;
  location?: string;
  gmondStartedSec: number;
}

/** What of a metric stays the same from value to value. */
export interface XmlMetric {
  type: string;
  units: string;
  tmaxSec: number;
  dmaxSec: number;
  slope: string;
  /** In order of arrival; written in reverse, as gmond does. Absent: no EXTRA_DATA element. */
  extra?: readonly ExtraElement[];
}

/** The written form of an XmlMetric: what stands between VAL and TN, and what follows TN. */
export interface MetricFrame {
  middle: string;
  end: string;
}

export const UNSPECIFIED = 'unspecified';

/**
 * Text as an attribute value. Everything beyond ASCII becomes a code point reference,
 * so the document is right under the ISO-8859-1 that Ganglia's readers expect, and
 * under any other encoding; what XML 1.0 cannot hold at all becomes '?'.
 */
export function escapeAttribute(text: string): string {
  return NEEDS_ESCAPE.test(text) ? text.replace(EACH_ESCAPED, escapeOne) : text;
}

const NEEDS_ESCAPE = /[^ !#-%(-;=?-~]/;
const EACH_ESCAPED = /[^ !#-%(-;=?-~]/gu;
const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escapeOne(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  const isControl = code < 0x20 && code !== 9 && code !== 10 && code !== 13;
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return isControl || isSurrogate || code === 0xfffe || code === 0xffff ? '?' : `&#${code};`;
}

/** Everything before the first CLUSTER. `version` is the Ganglia version that readers are to assume. */
export const openDocument = (version: string, source: 'gmond' | 'gmetad'): string =>
  `${PROLOG}<GANGLIA_XML VERSION="${escapeAttribute(version)}" SOURCE="${source}">\n`;

export const CLOSE_DOCUMENT = '</GANGLIA_XML>\n';
export const CLOSE_CLUSTER = '</CLUSTER>\n';
export const CLOSE_HOST = '</HOST>\n';

export const openCluster = (cluster: XmlCluster): string =>
  `<CLUSTER NAME="${escapeAttribute(cluster.name)}" LOCALTIME="${cluster.localtimeSec}"` +
  ` OWNER="${escapeAttribute(cluster.owner ?? UNSPECIFIED)}" LATLONG="${escapeAttribute(cluster.latlong ?? UNSPECIFIED)}"` +
  ` URL="${escapeAttribute(cluster.url ?? UNSPECIFIED)}">\n`;

export const openHost = (host: XmlHost): string =>
  `<HOST NAME="${escapeAttribute(host.name)}" IP="${escapeAttribute(host.ip)}" TAGS="${escapeAttribute(host.tags ?? '')}"` +
  ` REPORTED="${host.reportedSec}" TN="${host.tnSec}" TMAX="${host.tmaxSec}" DMAX="${host.dmaxSec}"` +
  ` LOCATION="${escapeAttribute(host.location ?? UNSPECIFIED)}" GMOND_STARTED="${host.gmondStartedSec}">\n`;

/**
 * A METRIC element has its fixed text made once for all hosts that announce the same.
 * `source` is the attribute that gmetad adds and gmond leaves out.
 */
export const metricFrame = (metric: XmlMetric, source?: 'gmond'): MetricFrame => ({
  middle: `" TYPE="${escapeAttribute(metric.type)}" UNITS="${escapeAttribute(metric.units)}" TN="`,
  end:
    `" TMAX="${metric.tmaxSec}" DMAX="${metric.dmaxSec}" SLOPE="${metric.slope}"` +
    `${source === undefined ? '' : ` SOURCE="${source}"`}>\n${metric.extra === undefined ? '' : extraData(metric.extra)}</METRIC>\n`,
});

/** A whole METRIC element; never self-closed. */
export const metricElement = (name: string, value: string, tnSec: number, frame: MetricFrame): string =>
  `<METRIC NAME="${escapeAttribute(name)}" VAL="${escapeAttribute(value)}${frame.middle}${tnSec}${frame.end}`;

/** EXTRA_DATA, present even when empty; pairs in order of arrival are written in reverse, as gmond does. */
export function extraData(extra: readonly ExtraElement[]): string {
  const elements = extra.map(
    ([name, value]) => `<EXTRA_ELEMENT NAME="${escapeAttribute(name)}" VAL="${escapeAttribute(value)}"/>\n`,
  );
  return `<EXTRA_DATA>\n${elements.reverse().join('')}</EXTRA_DATA>\n`;
}

const required = (element: string, ...names: string[]): string =>
  names.map((name) => `      <!ATTLIST ${element} ${name} CDATA #REQUIRED>\n`).join('');
const implied = (element: string, ...names: string[]): string =>
  names.map((name) => `      <!ATTLIST ${element} ${name} CDATA #IMPLIED>\n`).join('');
const TYPES = '(string | int8 | uint8 | int16 | uint16 | int32 | uint32 | float | double | timestamp)';
// Unlike gmond's, this list names "derivative", which gmond prints too.
const SLOPES = '(zero | positive | negative | both | unspecified | derivative)';

/** XML declaration and internal DTD, as gmond and gmetad both send them. */
const PROLOG =
  '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n' +
  '<!DOCTYPE GANGLIA_XML [\n' +
  '   <!ELEMENT GANGLIA_XML (GRID|CLUSTER|HOST)*>\n' +
  required('GANGLIA_XML', 'VERSION', 'SOURCE') +
  '   <!ELEMENT GRID (CLUSTER | GRID | HOSTS | METRICS)*>\n' +
  required('GRID', 'NAME', 'AUTHORITY') +
  implied('GRID', 'LOCALTIME') +
  '   <!ELEMENT CLUSTER (HOST | HOSTS | METRICS)*>\n' +
  required('CLUSTER', 'NAME') +
  implied('CLUSTER', 'OWNER', 'LATLONG', 'URL') +
  required('CLUSTER', 'LOCALTIME') +
  '   <!ELEMENT HOST (METRIC)*>\n' +
  required('HOST', 'NAME', 'IP') +
  implied('HOST', 'LOCATION', 'TAGS') +
  required('HOST', 'REPORTED') +
  implied('HOST', 'TN', 'TMAX', 'DMAX', 'GMOND_STARTED') +
  '   <!ELEMENT METRIC (EXTRA_DATA*)>\n' +
  required('METRIC', 'NAME', 'VAL') +
  `      <!ATTLIST METRIC TYPE ${TYPES} #REQUIRED>\n` +
  implied('METRIC', 'UNITS', 'TN', 'TMAX', 'DMAX') +
  `      <!ATTLIST METRIC SLOPE ${SLOPES} #IMPLIED>\n` +
  "      <!ATTLIST METRIC SOURCE (gmond) 'gmond'>\n" +
  '   <!ELEMENT EXTRA_DATA (EXTRA_ELEMENT*)>\n' +
  '   <!ELEMENT EXTRA_ELEMENT EMPTY>\n' +
  required('EXTRA_ELEMENT', 'NAME', 'VAL') +
  '   <!ELEMENT HOSTS EMPTY>\n' +
  required('HOSTS', 'UP', 'DOWN') +
  '      <!ATTLIST HOSTS SOURCE (gmond | gmetad) #REQUIRED>\n' +
  '   <!ELEMENT METRICS (EXTRA_DATA*)>\n' +
  required('METRICS', 'NAME', 'SUM', 'NUM') +
  `      <!ATTLIST METRICS TYPE ${TYPES} #REQUIRED>\n` +
  implied('METRICS', 'UNITS') +
  `      <!ATTLIST METRICS SLOPE ${SLOPES} #IMPLIED>\n` +
  "      <!ATTLIST METRICS SOURCE (gmond) 'gmond'>\n" +
  ']>\n';
