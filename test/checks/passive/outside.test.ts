// The wires on the running engine: real sockets, a real send_nsca, a FIFO, and what happens
// when too much comes, when another checker has the object, or when a port is taken.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { readRequests } from '#checks/engine/inbox.ts';
import { slotOf } from '#checks/engine/host-slots.ts';
import { createEngineDoor } from '#checks/passive/engine-door.ts';
import type { ListenerOptions } from '#checks/passive/listeners.ts';
import { createOutside, type Outside } from '#checks/passive/outside.ts';
import { createResultsElsewhere, MOST_WAITING } from '#checks/passive/results-elsewhere.ts';
import { createUnknownObjects } from '#checks/passive/unknown-objects.ts';
import { freeTcpPort } from '../../support/free-port.ts';
import { describeWithPeer } from '../../support/peer.ts';
import { openNagiosSite, type NagiosSite } from './nagios-site.ts';

let site: NagiosSite;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-outside-'));
  site = await openNagiosSite();
}, 60_000);
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

async function openOutside(options: ListenerOptions): Promise<Outside> {
  const outside = createOutside(
    { db: site.db, clock: site.clock, log: silentLogger },
    { version: '9.9.9', ...options },
  );
  await outside.start(site.engine);
  onTestFinished(() => outside.stop());
  return outside;
}

const at = (name: string): string => path.join(folder, name);

async function ask(socket: string, text: string): Promise<string> {
  const client = net.connect(socket);
  let answer = '';
  client.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  client.end(text);
  await once(client, 'close');
  return answer;
}

describe('Livestatus on a socket', () => {
  let socket: string;
  beforeAll(async () => {
    socket = at('live');
    const outside = createOutside(
      { db: site.db, clock: site.clock, log: silentLogger },
      { version: '9.9.9', livestatus: { socket } },
    );
    await outside.start(site.engine);
    await site.result('web-1/ssh', 2, { output: 'CRITICAL - refused | time=3s\nmore; of it' });
    await site.order('ADD_SVC_COMMENT;web-1;ssh;1;anna;see ticket 7');
    await site.order('SCHEDULE_HOST_DOWNTIME;web-2;$now;$now+3600;1;0;0;ben;new disks');
    // In the table too, which the clients are shown.
    await site.untilKnown('in downtime', async () => {
      const active = site.db.selectFrom('downtime').select('id').where('status', '=', 'active');
      return (await active.execute()).length > 0;
    });
    return () => outside.stop();
  });

  test('only its owner and group may open it', () => {
    expect(statSync(socket).mode & 0o777).toBe(0o660);
  });

  test.each([
    [
      'services that are critical',
      'GET services\nFilter: state = 2\nColumns: host_name description plugin_output long_plugin_output perf_data check_command\n',
      'web-1;ssh;CRITICAL - refused;more; of it;time=3s;check-it!1\n',
    ],
    ['services by state', 'GET services\nStats: state = 0\nStats: state = 2\n', '3;1\n'],
    [
      'a host with parents, children and variables',
      'GET hosts\nFilter: name = web-1\nColumns: address alias parents childs custom_variable_names num_services groups\n',
      '10.0.0.2;web-1;router;db-1;RACK;2;webs\n',
    ],
    ['host groups', 'GET hostgroups\nColumns: name members\n', 'webs;web-1,web-2\n'],
    ['service groups', 'GET servicegroups\nColumns: name alias members\n', 'shop;The shop;web-1|http,web-2|http\n'],
    ['contacts', 'GET contacts\nColumns: name alias email\n', 'ops;Operations;ops@example.org\n'],
    ['contact groups', 'GET contactgroups\nColumns: name members\n', 'admins;ops\n'],
    ['commands', 'GET commands\nColumns: name line\n', 'check-it;/bin/true $ARG1$\n'],
    ['time periods', 'GET timeperiods\nColumns: name alias in\n', 'workhours;At work;1\n'],
    [
      'comments',
      'GET comments\nColumns: host_name service_description author comment entry_type\n',
      'web-1;ssh;anna;see ticket 7;1\n',
    ],
    [
      'downtimes',
      'GET downtimes\nColumns: host_name author comment fixed duration type\n',
      'web-2;ben;new disks;1;3600;1\n',
    ],
    ['hosts in downtime', 'GET hosts\nFilter: scheduled_downtime_depth > 0\nColumns: name\n', 'web-2\n'],
    ['what the user ops may see', 'GET hosts\nAuthUser: ops\nStats: state >= 0\n', '4\n'],
    ['what a stranger may see', 'GET hosts\nAuthUser: eve\nStats: state >= 0\n', '0\n'],
    [
      'the program',
      'GET status\nColumns: program_version num_hosts num_services accept_passive_service_checks\n',
      '9.9.9;5;4;1\n',
    ],
  ])('shows %s', async (_, query, answer) => {
    expect(await ask(socket, `${query}\n`)).toBe(answer);
  });

  test('the log and the history of states tell of the problem', async () => {
    const log = 'GET log\nFilter: class = 1\nFilter: service_description = ssh\nColumns: type options state\n\n';
    expect(await ask(socket, log)).toBe('SERVICE ALERT;web-1;ssh;CRITICAL;SOFT;1;CRITICAL - refused;2\n');
    site.clock.advance(60_000);
    const nowSec = Math.floor(site.clock.nowMs() / 1000);
    const span = `Filter: time >= ${nowSec - 30}\nFilter: time < ${nowSec}\n`;
    const history = `GET statehist\n${span}Filter: service_description = ssh\nColumns: state duration duration_critical\n\n`;
    expect(await ask(socket, history)).toBe('2;30;30\n');
  });

  test('a COMMAND acknowledges, and the next answer shows it', async () => {
    const sec = Math.floor(site.clock.nowMs() / 1000);
    await ask(socket, `COMMAND [${sec}] ACKNOWLEDGE_SVC_PROBLEM;web-1;ssh;2;0;1;anna;mine\n\n`);
    const query =
      'GET services\nFilter: acknowledged = 1\nColumns: description acknowledgement_type comments_with_info\n\n';
    await site.untilKnown('acknowledged', () => site.node('web-1/ssh').current.acknowledgement !== null);
    expect(await ask(socket, query)).toMatch(/^ssh;2;\d+\|anna\|see ticket 7,\d+\|anna\|mine\n$/);
  });

  test('a second server on the same socket is refused, and the first goes on', async () => {
    const second = createOutside({ db: site.db, clock: site.clock, log: silentLogger }, { livestatus: { socket } });
    await expect(second.start(site.engine)).rejects.toMatchObject({ code: 'port_taken' });
    expect(await ask(socket, 'GET hosts\nStats: state >= 0\n\n')).toBe('5\n');
  });
});

describeWithPeer('send_nsca', 'the real send_nsca', () => {
  test('makes a state in the database and an event', async () => {
    const port = await freeTcpPort();
    // The stamp of a packet is our own clock's, which here is the test's.
    const outside = await openOutside({ nsca: { host: '127.0.0.1', port, method: 1, password: 'shared' } });
    writeFileSync(at('send.cfg'), 'password=shared\nencryption_method=1\n');
    const sender = spawn('/usr/sbin/send_nsca', ['-H', '127.0.0.1', '-p', String(port), '-c', at('send.cfg')]);
    sender.stdin.end('db-1\tpostgres\t2\tCRITICAL - too many connections|used=100;80;90\n');
    await once(sender, 'close');
    await site.untilKnown('critical', async () => (await site.state('db-1/postgres')).state === 'critical');
    expect(await site.state('db-1/postgres')).toMatchObject({ via: 'nsca', perfdata: 'used=100;80;90' });
    const changes = await site.events('check.state_changed');
    expect(changes.at(-1)).toMatchObject({ checkId: site.idOf('db-1/postgres'), data: { to: 'critical' } });
    expect(outside.counters()?.results).toEqual({ nsca: { taken: 1 } });
    expect(outside.counters()?.listeners).toEqual([{ name: 'nsca', at: `127.0.0.1:${port}`, counts: { taken: 1 } }]);
  });
});

test('a shell writes into the command file, and an order for nobody is counted by its reason', async () => {
  const file = at('rw/nagios.cmd');
  const outside = await openOutside({ commandFile: { path: file, folders: [] } });
  const lines = [
    'PROCESS_SERVICE_CHECK_RESULT;web-2;http;1;slow',
    'ENABLE_SVC_CHECK;nowhere;x',
    'DISABLE_NOTIFICATIONS',
  ];
  const shell = spawn('/bin/sh', [
    '-c',
    `printf '${lines.map((line) => `[1] ${line}\\n`).join('')}' > "$1"`,
    'sh',
    file,
  ]);
  await once(shell, 'close');
  await site.untilKnown('all is read', () => Object.keys(outside.counters()?.orders.command_file ?? {}).length === 2);
  await site.untilKnown('it is written', async () => (await site.state('web-2/http')).state === 'warning');
  expect(await site.state('web-2/http')).toMatchObject({ output: 'slow', via: 'command_file' });
  expect(outside.counters()).toMatchObject({
    results: { command_file: { taken: 1 } },
    orders: { command_file: { unknown_host: 1, no_such_switch: 1 } },
    listeners: [{ name: 'command file', at: file, counts: { taken: 1, unknown_host: 1, no_such_switch: 1 } }],
  });
});

test('a taken port ends the start with its holder and its setting, and what was open is closed', async () => {
  const holder = net.createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as net.AddressInfo;
  const nscaPort = await freeTcpPort();
  const nsca = { host: '127.0.0.1', port: nscaPort, method: 0 as const, password: '' };
  const start = openOutside({ nsca, livestatus: { tcp: { host: '127.0.0.1', port } } });
  await expect(start).rejects.toThrow(
    new RegExp(`Port ${port}/tcp is taken by pid ${process.pid} .*PLEXUS_LIVESTATUS_PORT`),
  );
  const again = net.createServer().listen(nscaPort, '127.0.0.1');
  await once(again, 'listening');
  again.close();
  holder.close();
});

test('a process that runs no checks says so', async () => {
  const { api } = createOutside({ db: site.db, clock: site.clock, log: silentLogger }, {});
  expect(() => api.submitResults([{ host: 'web-1', code: 0, output: '' }])).toThrow(/runs no checks/);
});

test('an order of the command file waits for the database, one of Livestatus is told at once', async () => {
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  let refusals = 2;
  const db = new Proxy(site.db, {
    get(target, name) {
      if (refusals > 0 && refusals--) throw away;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const door = createEngineDoor({
    ...site,
    db,
    log: silentLogger,
    site: site.engine.site,
    requests: site.engine.requests,
  });
  const command = { kind: 'delete_comments', target: { of: 'host', hostName: 'web-1' } } as const;
  let isDone = false;
  void Promise.resolve(door.command(command, 'command_file')).then(() => (isDone = true));
  await site.untilKnown('the order is carried out', () => isDone);
  refusals = 1;
  await expect(door.command(command, 'livestatus')).rejects.toThrow('ECONNREFUSED');
  expect(door.counters().orders).toEqual({ command_file: { done: 1 }, livestatus: { command_failed: 1 } });
});

describe('too much', () => {
  test('results for objects of another checker go to its inbox in order', async () => {
    const door = createEngineDoor({
      ...site,
      log: silentLogger,
      site: site.engine.site,
      requests: { handle: () => undefined },
    });
    for (let code = 1; code <= 3; code++)
      door.submitResult({ hostName: 'web-1', serviceName: 'http', code, output: `${code}`, atMs: 1, via: 'nsca' });
    await site.untilKnown('all are handed over', () => door.counters().waiting === 0);
    const slot = slotOf(site.hostIdOf('web-1'));
    // This process holds the slot too, so its engine may have taken some of them by now.
    await site.untilKnown(
      'all are taken',
      async () => (await readRequests(site.db, [slot], new Set(), 10)).length === 0,
    );
    await site.untilKnown('all are written', async () => (await site.state('web-1/http')).output === '3');
    expect(await site.state('web-1/http')).toMatchObject({ state: 'unknown', state_type: 'hard' });
  });

  test('while the database is away the queue fills, and then the sender is told', async () => {
    let isAway = true;
    const handed: string[] = [];
    const db = {
      insertInto: () => ({
        values: (rows: { body: string }[]) => ({
          execute: () => {
            if (isAway) return Promise.reject(new Error('the database is away'));
            handed.push(...rows.map(({ body }) => body));
            return Promise.resolve();
          },
        }),
      }),
      getExecutor: () => ({ transformQuery: () => ({}), compileQuery: () => ({}), executeQuery: () => ({ rows: [] }) }),
    };
    const elsewhere = createResultsElsewhere({ db: db as never, clock: site.clock, log: silentLogger });
    const request = (output: string) =>
      ({ hostId: 'h', objectId: 'o', do: 'result', state: 'ok', output, atMs: 0, via: 'nsca' }) as const;
    let taken = 0;
    while (elsewhere.push(request(String(taken)))) taken++;
    // One batch is in hand.
    expect(taken).toBeGreaterThanOrEqual(MOST_WAITING);
    expect(taken).toBeLessThanOrEqual(MOST_WAITING + 500);
    isAway = false;
    await site.untilKnown('the queue is empty', () => elsewhere.waiting() === 0);
    expect(handed.map((body) => JSON.parse(body).output)).toEqual(Array.from({ length: taken }, (_, at) => String(at)));
    await elsewhere.stop();
  });

  test('results that cannot be committed are bounded for our own objects as well', () => {
    const never = new Promise<boolean>(() => {});
    const door = createEngineDoor({
      ...site,
      log: silentLogger,
      site: site.engine.site,
      requests: { handle: () => never },
    });
    const send = () => door.submitResult({ hostName: 'router', code: 0, output: '', atMs: 1, via: 'nrdp' });
    for (let at = 0; at < MOST_WAITING; at++) send();
    expect(send()).toBe('full');
    expect(door.counters()).toMatchObject({
      waiting: MOST_WAITING,
      results: { nrdp: { taken: MOST_WAITING, full: 1 } },
    });
  });

  test('of names that nobody knows the newest hundred are kept, cut, and forgotten after a while', () => {
    const unknown = createUnknownObjects();
    for (let at = 0; at < 250; at++) unknown.add({ hostName: `host-${at}` }, 'nsca', at);
    unknown.add({ hostName: 'host-200' }, 'nrdp', 300);
    unknown.add({ hostName: 'x'.repeat(5000), serviceName: 'y' }, 'nrdp', 301);
    const names = unknown.list(0);
    expect(names).toHaveLength(100);
    expect(names.slice(0, 2)).toEqual([
      { hostName: 'x'.repeat(200), serviceName: 'y', via: 'nrdp', results: 1, lastAtMs: 301 },
      { hostName: 'host-200', via: 'nrdp', results: 2, lastAtMs: 300 },
    ]);
    expect(unknown.list(300)).toHaveLength(2);
  });
});
