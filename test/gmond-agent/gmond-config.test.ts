// What a gmond.conf means for the agent that takes gmond's place.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { agentOptions, parseAgentOptions } from '#agent/agent-options.ts';
import { readGmondConfig, type GmondConfig } from '#agent/gmond-config.ts';
import { isWildcardMatch, readGmondConfFile } from '#agent/gmond-config-file.ts';
import { optionsOfGmondConfig } from '#agent/gmond-config-options.ts';
import { migrationReport, reportText } from '#agent/gmond-config-report.ts';
import { gmondConfigText } from '#agent/gmond-config-text.ts';
import { AppError } from '#kernel/errors.ts';
import { findingText, parseGmondConf } from '#wire/gmond-conf.ts';

const read = (text: string) =>
  readGmondConfig(parseGmondConf({ file: 'g', text }, { environment: {}, include: () => [] }));

/** Without the places in the file, which a printed configuration moves. */
const meaning = (config: GmondConfig) => ({
  ...config,
  groups: config.groups.map((group) => ({ ...group, metrics: group.metrics.map(({ at: _at, ...metric }) => metric) })),
});

const CHANNELS = 'udp_send_channel { host = a } udp_recv_channel { } tcp_accept_channel { }';

describe('gmond’s defaults', () => {
  test('hold for everything that a file leaves out', () => {
    expect(meaning(read(CHANNELS).config)).toEqual({
      ...{ mute: false, deaf: false, allowExtraData: true, hostDmaxSec: 86_400, hostTmaxSec: 20 },
      ...{ cleanupThresholdSec: 300, sendMetadataIntervalSec: 0, maxUdpMessageBytes: 1472, debugLevel: 0 },
      ...{ gexec: false, location: 'unspecified', modules: [], groups: [] },
      cluster: { name: 'unspecified', owner: 'unspecified', latlong: 'unspecified', url: 'unspecified' },
      send: [{ host: 'a', port: 8649, ttl: 1, bindHostname: false }],
      receive: [{ port: 8649, family: 4, bufferBytes: 0, retryBind: true }],
      accept: [{ port: 8649, family: 4, timeoutMicros: -1, gzip: false }],
    });
  });

  // [channels, mute, deaf]
  test.each([
    ['udp_recv_channel { }', true, false],
    ['tcp_accept_channel { }', true, false],
    ['udp_send_channel { host = a }', false, true],
    ['globals { deaf = yes } ' + CHANNELS, false, true],
    ['globals { mute = yes } ' + CHANNELS, true, false],
  ])('%s: mute %s, deaf %s', (text, mute, deaf) => {
    expect(read(text).config).toMatchObject({ mute, deaf });
  });

  test.each(['globals { mute = yes deaf = yes }', 'globals { mute = yes }', ''])(
    'mute and deaf at once refuses to start, and says what to do: %s',
    (text) => {
      expect(() => optionsOfGmondConfig(read(text).config)).toThrow(AppError);
      expect(() => optionsOfGmondConfig(read(text).config)).toThrow('Give it a udp_send_channel');
    },
  );
});

describe('values that make no sense are told, and the default holds', () => {
  // [text, message]
  test.each([
    [
      'udp_send_channel { host = a port = 70000 }',
      'g:1:36 udp_send_channel.port: "70000" given, expected a number from 1 to 65535; 8649 is used',
    ],
    [
      'udp_send_channel { port = 1 }',
      'g:1:1 udp_send_channel: nothing given, expected mcast_join or host; this channel is not used',
    ],
    [
      'udp_send_channel { mcast_join = 239.1.1.1 host = b }',
      'g:1:50 udp_send_channel.host: "b" given, expected no host beside mcast_join, which is used',
    ],
    [
      'udp_send_channel { host = a bind = 1.2.3.4 bind_hostname = yes }',
      'g:1:36 udp_send_channel.bind: "1.2.3.4" given, expected bind or bind_hostname, not both; bind is used',
    ],
    [
      'udp_recv_channel { family = ipv6 }',
      'g:1:29 udp_recv_channel.family: "ipv6" given, expected inet4 or inet6; inet4 is used',
    ],
    [
      'udp_recv_channel { acl { access { ip = 10.0.0.0 mask = 33 action = allow } } }',
      'g:1:56 udp_recv_channel.acl.access.mask: "33" given, expected a prefix length or netmask; entry left out',
    ],
    [
      'udp_recv_channel { acl { access { ip = host1 action = allow } } }',
      'g:1:40 udp_recv_channel.acl.access.ip: "host1" given, expected an address; this entry is left out',
    ],
    [
      'globals { host_dmax = -5 }',
      'g:1:23 globals.host_dmax: "-5" given, expected a number from 0 to 2147483647; 86400 is used',
    ],
    [
      'modules { module { path = x } }',
      'g:1:11 modules.module: nothing given, expected a name; this module is not used',
    ],
    [
      'collection_group { metric { title = x } }',
      'g:1:20 collection_group.metric: nothing given, expected name or name_match; this metric is left out',
    ],
  ])('%s', (text, message) => {
    expect(read(text).findings.map(findingText)).toEqual([message]);
  });

  test('an access list whose action cannot be read denies rather than opens', () => {
    const { config } = read(
      'udp_recv_channel { acl { default = "alow" access { ip = 10.0.0.0 mask = 255.0.0.0 action = "alow" } } }',
    );
    expect(config.receive[0]?.acl).toEqual({
      defaultAction: 'deny',
      rules: [{ ip: '10.0.0.0', prefixLength: 8, action: 'deny' }],
    });
  });

  test('an access list without entries lets everybody in, as gmond has it', () => {
    expect(read('tcp_accept_channel { acl { default = "deny" } }').config.accept[0]?.acl).toBeUndefined();
  });
});

describe('the agent’s options', () => {
  test('name the host as gmond does: in full only with override_hostname', () => {
    expect(optionsOfGmondConfig(read(CHANNELS).config)).toMatchObject({ spoof: false });
    expect(optionsOfGmondConfig(read(`globals { override_hostname = n } ${CHANNELS}`).config)).toMatchObject({
      ...{ spoof: true, name: 'n', ip: 'n' },
    });
    expect(
      optionsOfGmondConfig(read(`globals { override_hostname = n override_ip = 10.0.0.9 } ${CHANNELS}`).config),
    ).toMatchObject({ spoof: true, name: 'n', ip: '10.0.0.9' });
    // gmond ignores the address alone.
    expect(optionsOfGmondConfig(read(`globals { override_ip = 10.0.0.9 } ${CHANNELS}`).config)).toMatchObject({
      spoof: false,
    });
  });

  test('channels go over with interface, source address and hops', () => {
    const text =
      'udp_send_channel { mcast_join = 239.1.1.1 mcast_if = eth1 ttl = 3 bind = 10.0.0.1 port = 9 } udp_send_channel { host = "fd00::1" }';
    expect(optionsOfGmondConfig(read(text).config).targets).toEqual([
      { host: '239.1.1.1', port: 9, ttl: 3, multicastInterface: 'eth1', bind: '10.0.0.1', bindHostname: false },
      { host: 'fd00::1', port: 8649, ttl: 1, bindHostname: false },
    ]);
  });

  test('Python modules are handed on with their file and parameters; others are not', () => {
    const text = `${CHANNELS} modules {
      module { name = "python_module" path = "modpython.so" params = "/opt/py" }
      module { name = "redis" language = "python" param Host { value = "db" } param Port { value = 6379 } }
      module { name = "off" language = "python" enabled = no }
      module { name = "cpu_module" path = "modcpu.so" }
    }`;
    expect(optionsOfGmondConfig(read(text).config).modules).toEqual([
      { name: 'redis', path: '/opt/py/redis.py', params: { Host: 'db', Port: '6379' } },
    ]);
  });

  test('what the command line says wins over the file', () => {
    const parsed = parseAgentOptions(['--gmond-conf', 'g', '--name', 'other', '--spoof', 'yes', '--no-send']);
    if (!parsed.ok || parsed.options === 'help') throw new Error('not parsed');
    const options = agentOptions(parsed.commandLine.options, optionsOfGmondConfig(read(CHANNELS).config));
    expect(options).toMatchObject({ name: 'other', spoof: true, targets: [], profile: 'ganglia' });
  });

  test.each([
    [['--profile', 'slow'], '--profile: "slow" is not accepted; accepted: live, ganglia'],
    [['--compare-with', 'x'], 'accepted: previous, sent'],
    [['--spoof', 'maybe'], 'accepted: yes, no'],
    [['--interval-scale', '0'], '--interval-scale: "0" is not a number from 0.001 up'],
    [['-o', 'xml'], 'accepted: text, json'],
  ])('wrong use %j is explained', (args, problem) => {
    const parsed = parseAgentOptions(args);
    expect(parsed.ok ? '' : parsed.problems.join()).toContain(problem);
  });
});

describe('the migration report', () => {
  const report = (text: string) => migrationReport(read(text));
  // [text, option, verdict, part of the reason]
  test.each([
    ['globals { daemonize = yes }', 'globals.daemonize', 'not needed', 'service manager'],
    ['globals { user = ganglia }', 'globals.user', 'not needed', 'User='],
    ['globals { cleanup_threshold = 300 }', 'globals.cleanup_threshold', 'taken differently', 'at once'],
    ['globals { host_dmax = 60 }', 'globals.host_dmax', 'taken', ''],
    ['globals { override_ip = 1.1.1.1 }', 'globals.override_ip', 'not needed', 'without override_hostname'],
    ['modules { module { name = "cpu_module" } }', 'modules.module.name', 'not needed', 'built in'],
    ['modules { module { name = "m" language = "python" } }', 'modules.module.name', 'taken differently', 'Python 3'],
    ['modules { module { name = "m" language = "perl" } }', 'modules.module.name', 'not supported', 'gmetric'],
    ['modules { module { name = "gpu" path = "gpu.so" } }', 'modules.module.name', 'not supported', 'C modules'],
    ['sflow { udp_port = 6343 }', 'sflow.udp_port', 'not supported', 'sFlow'],
    ['cluster { name = c }', 'cluster.name', 'not needed', 'deaf'],
    [`cluster { name = c } ${CHANNELS}`, 'cluster.name', 'taken', ''],
    [`${CHANNELS} tcp_accept_channel { timeout = 5 }`, 'tcp_accept_channel.timeout', 'taken differently', '10 s'],
  ])('%s: %s is %s', (text, option, verdict, why) => {
    const note = report(text).notes.find((one) => one.option === option);
    expect(note).toMatchObject({ verdict, why: expect.stringContaining(why) as string });
  });

  test('every option of a file has its line, mistakes come first, and a sum closes it', () => {
    const text = reportText(report('globals { mute = 1 deaf = no }\nhost { location = "1,2,3" }\nfrob = 2'));
    expect(text.split('\n')).toEqual([
      'g:1:18 globals.mute: "1" given, expected yes, no, true, false, on or off',
      expect.stringContaining('g:3:1: "frob" is no name that gmond knows, and is left out') as string,
      'g:1 globals.deaf = "no": taken',
      'g:2 host.location = "1,2,3": taken',
      '2 options: 2 taken, 0 taken differently, 0 not needed, 0 not supported. Lines of the file are wrong; see the top.',
      '',
    ]);
  });

  test('a name that gmond does not know is no mistake of the file’s lines', () => {
    expect(report('frob = 2').isWhole).toBe(true);
    expect(report('globals { mute = 1 }').isWhole).toBe(false);
  });
});

describe('the printed configuration', () => {
  const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '');
  const optional = <Key extends string>(key: Key) =>
    fc.option(word).map((value) => (value === null ? {} : { [key]: value }));
  const port = fc.integer({ min: 1, max: 65_535 });
  const acl = fc.option(
    fc.record({
      defaultAction: fc.constantFrom('allow', 'deny'),
      rules: fc.array(
        fc.record({ ip: fc.ipV4(), prefixLength: fc.nat(32), action: fc.constantFrom('allow', 'deny') }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  );
  const withAcl = <Shape extends object>(shape: fc.Arbitrary<Shape>) =>
    fc.tuple(shape, acl).map(([one, list]) => (list === null ? one : { ...one, acl: list }));

  test('reads back as the same configuration, whatever stands in it', () => {
    const metric = fc
      .tuple(
        fc.oneof(
          word.map((name) => ({ name })),
          word.map((nameMatch) => ({ nameMatch })),
        ),
        optional('title'),
        fc.option(fc.double({ min: 0, max: 1e9, noNaN: true, noDefaultInfinity: true })),
      )
      .map(([name, title, threshold]) => ({
        ...name,
        ...title,
        ...(threshold !== null && { valueThreshold: threshold }),
      }));
    const group = fc
      .tuple(
        fc.option(fc.integer({ min: 1, max: 9999 })),
        fc.integer({ min: 1, max: 9999 }),
        fc.array(metric, { minLength: 1, maxLength: 3 }),
      )
      .map(([every, timeThresholdSec, metrics]) => ({
        ...(every !== null && { collectEverySec: every }),
        timeThresholdSec,
        metrics,
      }));
    const config = fc
      .record({
        globals: fc
          .tuple(optional('overrideHostname'), optional('overrideIp'), optional('tags'))
          .map((parts) => Object.assign({}, ...parts) as object),
        send: fc.array(fc.record({ host: word, port, ttl: fc.nat(255), bindHostname: fc.boolean() }), {
          minLength: 1,
          maxLength: 2,
        }),
        receive: fc.array(
          withAcl(fc.record({ port, family: fc.constant(4), bufferBytes: fc.nat(), retryBind: fc.boolean() })),
          { minLength: 1, maxLength: 2 },
        ),
        accept: fc.array(
          withAcl(
            fc.record({
              port,
              family: fc.constant(6),
              timeoutMicros: fc.integer({ min: -1, max: 99 }),
              gzip: fc.boolean(),
            }),
          ),
          { maxLength: 2 },
        ),
        groups: fc.array(group, { maxLength: 2 }),
        cluster: fc.record({ name: word, owner: word, latlong: word, url: word }),
        params: fc.dictionary(word, word, { maxKeys: 2 }),
        flags: fc.record({ mute: fc.boolean(), deaf: fc.boolean(), allowExtraData: fc.boolean(), gexec: fc.boolean() }),
      })
      .map(({ globals, params, flags, ...rest }) => ({
        ...meaning(read(CHANNELS).config),
        ...globals,
        ...flags,
        ...rest,
        modules: [{ name: 'm', language: 'python', enabled: true, params }],
      }));
    fc.assert(
      fc.property(config, (given) => {
        const printed = gmondConfigText(given as unknown as GmondConfig);
        const again = read(printed);
        expect(again.findings.map(findingText)).toEqual([]);
        expect(meaning(again.config)).toEqual(given);
      }),
    );
  });
});

describe('files', () => {
  function folder(files: Record<string, string>): string {
    const root = mkdtempSync(path.join(os.tmpdir(), 'plexus-conf-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    mkdirSync(path.join(root, 'conf.d'));
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text);
    return root;
  }

  test('a wildcard takes what it matches by name, hidden files and folders not', () => {
    const root = folder({
      'conf.d/b.conf': 'host { location = b }',
      'conf.d/a.conf': 'host { location = a }',
      'conf.d/.hidden.conf': 'nonsense',
      'conf.d/a.conf.bak': 'nonsense',
    });
    mkdirSync(path.join(root, 'conf.d', 'folder.conf'));
    writeFileSync(path.join(root, 'gmond.conf'), `include ('${root}/conf.d/*.conf')`);
    const conf = readGmondConfFile(path.join(root, 'gmond.conf'), {});
    expect(conf.findings).toEqual([]);
    expect(conf.files.map((file) => path.basename(file))).toEqual(['gmond.conf', 'a.conf', 'b.conf']);
    expect(readGmondConfig(conf).config.location).toBe('b');
  });

  test('a folder that is not there matches nothing; a plain file must be there', () => {
    const root = folder({});
    writeFileSync(path.join(root, 'gmond.conf'), `include ("${root}/none/*.conf") include ("${root}/x.conf")`);
    const conf = readGmondConfFile(path.join(root, 'gmond.conf'), {});
    expect(conf.findings).toMatchObject([{ kind: 'wrong', given: `${root}/x.conf` }]);
  });

  test.each([
    ['*.conf', 'a.conf', true],
    ['*.conf', 'a.confx', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]*', 'beta', true],
    ['[!a-c]*', 'beta', false],
    ['[]x]', ']', true],
    ['a*b*c', 'a1b2b3c', true],
    ['a.c', 'abc', false],
    ['*'.repeat(60) + 'x', 'a'.repeat(250), false],
    ['*a'.repeat(60), 'a'.repeat(250) + 'b', false],
  ])('%s and %s: %s', (pattern, name, isMatch) => {
    expect(isWildcardMatch(pattern, name)).toBe(isMatch);
  });
});
