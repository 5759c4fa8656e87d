// Writes a configuration as a gmond.conf that reads back as the same configuration.

import type { GmondAcl } from './gmond-config-channels.ts';
import type { GmondConfig } from './gmond-config.ts';
import { isMulticast } from './metric-socket.ts';

type Value = string | number | boolean | undefined;

/** Every option that counts, defaults too, so that the text says what holds. */
export function gmondConfigText(config: GmondConfig): string {
  return [
    section('globals', {
      mute: config.mute,
      deaf: config.deaf,
      allow_extra_data: config.allowExtraData,
      host_dmax: config.hostDmaxSec,
      host_tmax: config.hostTmaxSec,
      cleanup_threshold: config.cleanupThresholdSec,
      send_metadata_interval: config.sendMetadataIntervalSec,
      max_udp_msg_len: config.maxUdpMessageBytes,
      debug_level: config.debugLevel,
      gexec: config.gexec,
      override_hostname: config.overrideHostname,
      override_ip: config.overrideIp,
      tags: config.tags,
    }),
    section('cluster', config.cluster),
    section('host', { location: config.location }),
    ...config.send.map((channel) =>
      section('udp_send_channel', {
        [isMulticast(channel.host) ? 'mcast_join' : 'host']: channel.host,
        port: channel.port,
        ttl: channel.ttl,
        mcast_if: channel.multicastInterface,
        bind: channel.bind,
        bind_hostname: channel.bindHostname,
      }),
    ),
    ...config.receive.map((channel) =>
      section(
        'udp_recv_channel',
        {
          mcast_join: channel.multicast,
          mcast_if: channel.multicastInterface,
          bind: channel.bind,
          port: channel.port,
          family: `inet${channel.family}`,
          buffer: channel.bufferBytes,
          retry_bind: channel.retryBind,
        },
        aclText(channel.acl),
      ),
    ),
    ...config.accept.map((channel) =>
      section(
        'tcp_accept_channel',
        {
          bind: channel.bind,
          port: channel.port,
          family: `inet${channel.family}`,
          timeout: channel.timeoutMicros,
          gzip_output: channel.gzip,
        },
        aclText(channel.acl),
      ),
    ),
    ...(config.modules.length === 0 ? [] : [modulesText(config)]),
    ...config.groups.map((group) =>
      section(
        'collection_group',
        {
          ...(group.collectEverySec === undefined ? { collect_once: true } : { collect_every: group.collectEverySec }),
          time_threshold: group.timeThresholdSec,
        },
        group.metrics.map((metric) =>
          section('metric', {
            name: metric.name,
            name_match: metric.nameMatch,
            title: metric.title,
            value_threshold: metric.valueThreshold,
          }),
        ),
      ),
    ),
  ].join('\n');
}

const aclText = (acl: GmondAcl | undefined): string[] =>
  acl === undefined
    ? []
    : [
        section(
          'acl',
          { default: acl.defaultAction },
          acl.rules.map(({ ip, prefixLength, action }) =>
            section('access', { ip, mask: String(prefixLength), action }),
          ),
        ),
      ];

const modulesText = ({ modules }: GmondConfig): string =>
  section(
    'modules',
    {},
    modules.map(({ name, language, enabled, path, paramText, params }) =>
      section(
        'module',
        { name, language, enabled, path, params: paramText },
        Object.entries(params).map(([title, value]) => section(`param ${quoted(title)}`, { value })),
      ),
    ),
  );

function section(name: string, options: Readonly<Record<string, Value>>, inner: readonly string[] = []): string {
  const own = Object.entries(options).flatMap(([option, value]) =>
    value === undefined ? [] : [`${option} = ${valueText(value)}\n`],
  );
  const body = [...own, ...inner].join('').replaceAll(/^(?=.)/gm, '  ');
  return `${name} {\n${body}}\n`;
}

function valueText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? String(value) : quoted(value);
}

/** In "…" with nothing that an environment variable or an escape could change. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/["\\$\n]/g, (character) => (character === '\n' ? '\\n' : character === '$' ? '\\$' : `\\${character}`))}"`;
