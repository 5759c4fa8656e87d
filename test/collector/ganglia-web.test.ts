// Debian's ganglia-web shows our grid: PHP's own web server runs a copy of it against our
// interactive port. Debian 12 brings ganglia-web 3.7.5 and PHP 8.2, which it was not made for;
// `MENDED` and `PREPENDED` are what any installation there needs before it shows a page at all.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { freeTcpPort } from '#test/support/free-port.ts';
import { describeWithPeer, peerPath } from '#test/support/peer.ts';
import { startPeer, temporaryFolder } from './ganglia-peers.ts';
import { startCollector, waitFor } from './harness.ts';
import { float, heartbeat, metadata, text, uint } from './packets.ts';

const PROGRAM = 'ganglia-webfrontend/ganglia.php';

/** PHP 8: error handlers get four arguments, a missing global is an error, and so is a named argument that is not expected. */
const MENDED: [file: string, was: string, is: string][] = [
  ['lib/common_api.php', '$line, $context)', '$line, $context = null)'],
  ['ganglia.php', '$context, $debug;', '$context, $debug, $SKIP_GMETAD_CONTEXTS;'],
  [
    'dwoo/Dwoo/Compiler.php',
    '$output = call_user_func_array($funcCompiler, $params);',
    '$output = call_user_func_array($funcCompiler, array_values($params));',
  ],
];

/** PHP 8 has no each() and does not take an unknown word for a string. */
const PREPENDED = `<?php
function each(array &$a) {
  $k = key($a);
  if ($k === null) return false;
  $v = current($a);
  next($a);
  return [1 => $v, 'value' => $v, 0 => $k, 'key' => $k];
}
define('LOCALTIME', 'LOCALTIME');
`;

async function startGangliaWeb(queryPort: number): Promise<string> {
  const folder = await temporaryFolder();
  const web = path.join(folder, 'web');
  await cp(path.dirname(peerPath(PROGRAM) ?? ''), web, { recursive: true, dereference: true });
  for (const [file, was, is] of MENDED) {
    const source = await readFile(path.join(web, file), 'utf8');
    await writeFile(path.join(web, file), source.replaceAll(was, is));
  }
  const made = ['conf', 'dwoo/compiled', 'dwoo/cache', 'rrds'];
  for (const one of made) await mkdir(path.join(folder, one), { recursive: true });
  const settings = {
    ...{ gweb_confdir: folder, views_dir: `${folder}/conf`, conf_dir: `${folder}/conf`, rrds: `${folder}/rrds` },
    ...{ dwoo_compiled_dir: `${folder}/dwoo/compiled`, dwoo_cache_dir: `${folder}/dwoo/cache`, gmetad_root: folder },
    ...{ ganglia_ip: '127.0.0.1', ganglia_port: queryPort, auth_system: 'disabled' },
  };
  const lines = Object.entries(settings).map(([key, value]) => `$conf['${key}'] = ${JSON.stringify(value)};\n`);
  await writeFile(path.join(web, 'conf.php'), `<?php error_reporting(E_ERROR | E_PARSE);\n${lines.join('')}`);
  await writeFile(path.join(folder, 'prepended.php'), PREPENDED);
  const port = await freeTcpPort();
  const prepend = `auto_prepend_file=${folder}/prepended.php`;
  // Relative includes are resolved against the folder that it was started in.
  startPeer('php', ['-S', `127.0.0.1:${port}`, '-t', web, '-d', prepend], { cwd: web });
  const url = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${url}/version.php`).then(
      () => true,
      () => false,
    );
  await waitFor('PHP to answer', isUp);
  return url;
}

async function page(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  const body = await response.text();
  expect(response.status).toBe(200);
  expect(body).not.toMatch(/<b>(Fatal error|Warning|Parse error)|There was an error collecting ganglia data/);
  expect(body).toContain('</html>');
  return body;
}

describeWithPeer(['php', PROGRAM], 'ganglia-web', () => {
  test('shows our grid, a cluster of it and a host of that', { timeout: 60_000 }, async () => {
    const { send, collector } = await startCollector({
      grid: { name: 'site', authority: 'http://site/', queries: { port: 0, required: true } },
    });
    const packets = ['web-1', 'web-2'].flatMap((name, i) => {
      const of = { spoof: `10.0.0.${i + 1}:${name}.example` };
      return [
        ...[heartbeat(of), metadata('load_one', { ...of, type: 'float', extra: [['GROUP', 'load']] })],
        ...[float('load_one', 0.5, of), metadata('cpu_num', { ...of, type: 'uint16' }), uint('cpu_num', 4, of)],
        ...[metadata('os_name', { ...of, type: 'string' }), text('os_name', 'Plan <9>', of)],
      ];
    });
    await send(...packets);
    const url = await startGangliaWeb(collector.api.gridPorts()[0]?.port ?? 0);
    expect(await page(`${url}/`)).toContain('default');
    const cluster = await page(`${url}/?c=default`);
    for (const host of ['web-1.example', 'web-2.example']) expect(cluster).toContain(host);
    const host = await page(`${url}/?c=default&h=web-1.example`);
    expect(host).toContain('web-1.example');
    expect(host).toContain('load_one');
  });
});
