// What a gmetad is to its readers: the whole grid on one port, answers to queries on
// another, both for those who are trusted.

import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { LONGEST_REQUEST_BYTES, parseGmetadQuery } from '#wire/gmetad-query.ts';
import type { GridPortView } from '../api.ts';
import type { MetricState } from '../metric-state.ts';
import type { Summaries } from '../summary.ts';
import { GANGLIA_VERSION } from '../xml-dump.ts';
import { openXmlPort } from '../xml-port.ts';
import { createXmlService, type XmlService } from '../xml-service.ts';
import { createGridXml, type GridXmlOptions } from './grid-xml.ts';
import { createStatus, type RequestCount, type StatusNumbers } from './status.ts';
import { createTrust, type LookUpAddresses } from './trust.ts';

export interface GridPort {
  /** 0 = any free one. */
  port: number;
  /** True: the start fails when it is taken. */
  required: boolean;
}

export interface GridServiceOptions extends GridXmlOptions {
  /** Address to bind. */
  bind: string;
  /** Whole dump to whoever connects, as gmetad's xml_port; none when absent. */
  xml?: GridPort;
  /** One request, one answer, as gmetad's interactive_port; none when absent. */
  queries?: GridPort;
  /** Addresses, subnets and names that are answered besides this machine. */
  trustedHosts: readonly string[];
  allTrusted: boolean;
}

export interface GridService {
  /** Throws AppError `port_taken` for a required port. */
  start(): Promise<void>;
  stop(): Promise<void>;
  ports(): GridPortView[];
  readonly clients: { served: number; refused: number; cutOff: number };
}

export interface GridServiceDeps {
  clock: Clock;
  log: Logger;
  state: MetricState;
  summaries: Summaries;
  /** What /status tells besides the requests that were answered here. */
  numbers: () => Pick<StatusNumbers, 'received' | 'polls'>;
  /** Replaces the system's resolver. */
  lookUp?: LookUpAddresses;
}

// More than gmetad's four threads: ganglia-web asks once for each page of each viewer.
const MAX_CLIENTS = 64;

export function createGridService(deps: GridServiceDeps, options: GridServiceOptions): GridService {
  const { clock, log, numbers } = deps;
  const gridXml = createGridXml(deps, options);
  const status = createStatus(clock, options.name);
  const trust = createTrust(deps, { hosts: options.trustedHosts, all: options.allTrusted });
  const common = { host: options.bind, acl: trust, maxClients: MAX_CLIENTS };
  const xml =
    options.xml && createXmlService({ clock, log, answer: () => gridXml() }, { ...common, port: options.xml.port });
  const queries =
    options.queries &&
    createXmlService(
      { clock, log, answer },
      { ...common, port: options.queries.port, requestBytes: LONGEST_REQUEST_BYTES },
    );
  let views: GridPortView[] = [];

  function answer(request: Buffer): Iterable<string> | undefined {
    const query = parseGmetadQuery(request);
    if (!query.ok) return undefined;
    const { value } = query;
    if (value.kind === 'status') return statusAnswer(value.callback);
    return value.http ? withHeader(gridXml(value)) : gridXml(value);
  }

  function statusAnswer(callback: string | undefined): string[] {
    const json = status({ ...numbers(), xml: requestsOf(xml), interactive: requestsOf(queries) });
    return [httpHeader('application/json') + (callback === undefined ? json : `${callback}(${json})`)];
  }

  async function open(name: GridPortView['name'], service: XmlService | undefined, wanted: GridPort | undefined) {
    if (service === undefined || wanted === undefined) return;
    views.push({ name, ...(await openXmlPort({ service, log }, { ...wanted, ...PORTS[name] })) });
  }

  return {
    async start() {
      views = [];
      await trust.start();
      await open('xml', xml, options.xml);
      await open('queries', queries, options.queries);
    },
    async stop() {
      trust.stop();
      await Promise.all([xml?.stop(), queries?.stop()]);
    },
    ports: () => views.map((view) => ({ ...view })),
    get clients() {
      const sum = (count: 'served' | 'refused' | 'cutOff') => (xml?.[count] ?? 0) + (queries?.[count] ?? 0);
      return { served: sum('served'), refused: sum('refused'), cutOff: sum('cutOff') };
    },
  };
}

const requestsOf = (service: XmlService | undefined): RequestCount => ({
  num: service?.served ?? 0,
  totalMillis: service?.servedMs ?? 0,
});

const PORTS = {
  xml: { setting: 'gmetad.xmlPort', what: 'gmetad XML' },
  queries: { setting: 'gmetad.queryPort', what: "gmetad's interactive port" },
} as const;

function* withHeader(xml: Iterable<string>): Generator<string> {
  yield httpHeader('application/xml', 'Access-Control-Allow-Origin: *');
  yield* xml;
}

const httpHeader = (type: string, ...more: string[]): string =>
  [
    'HTTP/1.0 200 OK',
    `Server: gmetad/${GANGLIA_VERSION}`,
    ...more,
    `Content-Type: ${type}`,
    'Connection: close',
    '',
    '',
  ].join('\r\n');
