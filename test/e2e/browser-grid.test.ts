// From the grid to a cluster to a host, over the heat map, and through the metrics of a
// host: with a real browser on a real server that hears two clusters of simulated hosts.

import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Grid, LatestValue } from '#web/contract/metrics.ts';
import { freeTcpPort, freeUdpPort } from '#test/support/free-port.ts';
import { describeWithPeer } from '#test/support/peer.ts';
import {
  consoleIsBuilt,
  DESKTOP,
  inspect,
  launchChromium,
  logIn,
  openWindow,
  PHONE,
  PICTURES,
  type Window,
} from './browser-window.ts';
import { eventually, startTestServer, type TestServer } from './server.ts';

const HOSTS = 40;
const SLOW = { timeout: 30_000 };
const project = path.join(import.meta.dirname, '..', '..');

describeWithPeer(['chromium'], 'grid, clusters and heat map in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let fleet: ChildProcess | undefined;
  let desktop: Window;
  let phone: Window;

  beforeAll(async () => {
    server = await startTestServer();
    await server.stop();
    const [web, db] = [await freeUdpPort(), await freeUdpPort()];
    const xmlPorts = [await freeTcpPort(), await freeTcpPort()];
    // A cluster for each port is only had from the file.
    writeFileSync(
      path.join(server.home, 'plexus.yaml'),
      JSON.stringify({
        collector: {
          listen: [
            { cluster: 'web', udpPort: web, xmlPort: xmlPorts[0] },
            { cluster: 'db tier', udpPort: db, xmlPort: xmlPorts[1] },
          ],
        },
      }),
    );
    await server.start();
    fleet = spawn(
      process.execPath,
      [
        ...[path.join(project, 'app', 'bin', 'plexus.mjs'), 'simulate', '--hosts', String(HOSTS), '--metrics', '4'],
        ...['--interval', '1', '--state-dir', path.join(server.home, 'fleet')],
        ...['--clusters', `web=127.0.0.1:${web},db=127.0.0.1:${db}`],
      ],
      { stdio: 'ignore' },
    );
    browser = await launchChromium();
    await consoleIsBuilt(server.url);
    await eventually('every host is heard', async () => {
      const grid = await server.get<Grid>('/grid');
      return grid.hostsUp >= HOSTS || undefined;
    });
    desktop = await openWindow(browser, server.url, DESKTOP);
    await logIn(desktop.page);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    fleet?.kill('SIGTERM');
    await server?.dispose();
  });

  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      await desktop?.page.screenshot({ path: path.join(PICTURES, 'grid-failed.png') });
    });
  });

  const rowOf = (page: Page, name: string): Locator =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  const map = (page: Page): Locator => page.getByRole('listbox', { name: /arrow keys move/ });
  const cell = (page: Page): Locator => map(page).getByRole('option');
  const hostsOf = async (cluster: string): Promise<LatestValue[]> =>
    (await server.get<{ items: LatestValue[] }>(`/metrics/latest?metric=load_one&cluster=${cluster}`)).items;

  test('the grid shows every cluster with its hosts and leads into one', async () => {
    const { page } = desktop;
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Hosts' }).click();
    await page.getByRole('navigation', { name: 'Views of all hosts' }).getByRole('link', { name: 'Grid' }).click();
    await rowOf(page, 'web')
      .getByText(/^2\d \/ 2\d$/)
      .waitFor();
    await rowOf(page, 'db tier').getByText('heard here').waitFor();
    await rowOf(page, 'web').getByText(/B\/s$/).first().waitFor(SLOW);
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await page.waitForURL(/sort=name/);
    expect(await page.locator('tbody tr').first().getByRole('link').first().innerText()).toBe('db tier');
    await rowOf(page, 'db tier').getByRole('link', { name: 'db tier' }).click();
    await page.getByRole('heading', { name: 'db tier', level: 1 }).waitFor();
    await page.waitForURL(/clusters\/db%20tier/);
  });

  test('a cluster shows its charts and a small chart of each host, and leads to one', async () => {
    const { page } = desktop;
    const hosts = await hostsOf('db%20tier');
    for (const title of ['CPU per host', 'Load and CPUs', 'Network', 'Hosts reporting'])
      await page.getByRole('region', { name: new RegExp(`^${title}:? `) }).waitFor(SLOW);
    const cards = page.locator('.host-card');
    await expect.poll(() => cards.count(), SLOW).toBe(hosts.length);
    const [first] = hosts;
    if (!first) throw new Error('the cluster has no hosts');
    await page.getByRole('searchbox', { name: 'Host or cluster …' }).fill(first.host);
    await expect.poll(() => cards.count(), SLOW).toBe(1);
    await page.waitForURL(/[?&]q=/);
    await cards.first().click();
    await page.getByRole('heading', { name: first.host, level: 1 }).waitFor(SLOW);
    await page.waitForURL(/\/hosts\/[0-9a-f-]{36}/);
  });

  test('with the keys alone: through the heat map, into a host, to a selection and its comparison', async () => {
    const { page } = desktop;
    await page.goto('/hosts/heat-map?metric=load_one');
    await map(page).waitFor();
    await map(page).focus();
    await page.keyboard.press('Home');
    const before = await cell(page).innerText();
    expect(before).toMatch(/, db tier: OK, load_one \d/);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => cell(page).innerText()).not.toBe(before);
    expect(await cell(page).getAttribute('aria-posinset')).toBe('2');
    const host = (await cell(page).innerText()).split(',')[0] ?? '';

    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog', { name: host });
    await panel.getByText('Load, 1 min').waitFor();
    await panel.getByRole('link', { name: 'Open the host' }).waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });

    await map(page).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    const bar = page.getByRole('status').filter({ hasText: '3 hosts selected' });
    const compare = await bar.getByRole('link', { name: 'Compare in graphs' }).getAttribute('href');
    expect(compare?.split(',')).toHaveLength(3);
    expect(compare).toContain(`hosts=db%20tier/${host}`);
    await bar.getByRole('button', { name: 'Run a job' }).click();
    await page.waitForURL(/\/jobs\/new\?hosts=[0-9a-f-]{36},[0-9a-f-]{36},[0-9a-f-]{36}$/);
    await page.getByText(host).first().waitFor();
  });

  test('a drawn box selects, v shows the same as a table', async () => {
    const { page } = desktop;
    await page.goto('/hosts/heat-map');
    const box = await map(page).boundingBox();
    if (!box) throw new Error('there is no map');
    await page.mouse.move(box.x + 4, box.y + 26);
    await page.mouse.down();
    await page.mouse.move(box.x + 80, box.y + 80, { steps: 4 });
    await page.mouse.up();
    await page.getByText(/^\d+ hosts selected$/).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.keyboard.press('v');
    await page.waitForURL(/view=table/);
    await page.getByRole('columnheader', { name: 'Cluster' }).waitFor();
    await page.reload();
    await page.getByRole('columnheader', { name: 'Cluster' }).waitFor();
  });

  test('the time slider goes back through the day and asks for each picture once', async () => {
    const { page } = desktop;
    await page.goto('/hosts/heat-map?metric=load_one');
    const slider = page.getByRole('slider', { name: /^Time/ });
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/metrics/query')) asked.push(request.postData() ?? '');
    });
    await slider.focus();
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowRight', 'ArrowLeft']) {
      const was = await slider.getAttribute('aria-valuetext');
      await page.keyboard.press(key);
      await expect.poll(() => slider.getAttribute('aria-valuetext')).not.toBe(was);
    }
    await page.waitForURL(/[?&]at=\d+/);
    await page.keyboard.press('End');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('now');
    expect(asked).toHaveLength(2);
    page.removeAllListeners('request');
  });

  test('the metrics of a host: charts in few requests, only what changed, one pinned to the overview', async () => {
    const { page } = desktop;
    const [{ host } = { host: '' }] = await hostsOf('web');
    await page.goto(`/hosts/named/web/${host}`);
    await page.waitForURL(/\/hosts\/[0-9a-f-]{36}/);
    const address = new URL(page.url()).pathname;
    const asked: string[] = [];
    page.on('request', (request) => {
      if (/\/metrics\/query(\/batch)?$/.test(request.url())) asked.push(request.url());
    });
    await page.goto(`${address}/metrics?range=15m`);
    await page.locator('.metric-cell .metric-chart canvas').first().waitFor(SLOW);
    await expect.poll(() => page.locator('.metric-cell .metric-chart').count()).toBeGreaterThanOrEqual(6);
    const charts = await page.locator('.metric-cell .metric-chart').count();
    expect(asked.length, `requests for ${charts} charts`).toBeLessThanOrEqual(Math.ceil(charts / 6));
    page.removeAllListeners('request');

    const speed = page.getByRole('heading', { name: 'CPU Speed' });
    await speed.waitFor();
    await page.getByLabel('Only what changed').click();
    await page.waitForURL(/changed=1/);
    await speed.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'CPU User' }).waitFor();

    await page.goto(`${address}/metrics`);
    await speed.waitFor();
    await page.getByRole('region', { name: 'text', exact: true }).waitFor();
    await page.getByRole('button', { name: /^cpu \d/ }).click();
    await page.waitForURL(/folded=cpu/);
    await speed.waitFor({ state: 'detached' });

    await page.goto(`${address}/metrics?q=proc_run`);
    await page.getByRole('button', { name: 'Pin proc_run to the overview' }).click();
    await page.goto(address);
    await page.getByRole('region', { name: 'Pinned metrics' }).getByRole('heading').waitFor(SLOW);
    await page.getByRole('button', { name: 'Pin proc_run to the overview' }).click();
    await page.getByRole('region', { name: 'Pinned metrics' }).waitFor({ state: 'detached' });
  });

  test('every page is accessible, fits its window, and complains of nothing', async () => {
    phone = await openWindow(browser, server.url, PHONE);
    await logIn(phone.page);
    const [{ host } = { host: '' }] = await hostsOf('web');
    const pages: Record<string, string> = {
      list: '/hosts',
      grid: '/hosts/grid',
      cluster: '/hosts/clusters/web',
      'heat-state': '/hosts/heat-map',
      'heat-metric': '/hosts/heat-map?metric=load_one',
      'heat-panel': `/hosts/heat-map?metric=load_one&open=web/${host}`,
      'heat-table': '/hosts/heat-map?metric=load_one&view=table',
      metrics: `/hosts/named/web/${host}`,
    };
    const lookAtAll = async (device: string, { page, complaints }: Window, audited: 'light' | 'dark') => {
      for (const [name, address] of Object.entries(pages)) {
        await page.goto(address);
        await page.getByRole('heading', { level: 1 }).waitFor();
        if (name === 'metrics') {
          await page.waitForURL(/\/hosts\/[0-9a-f-]{36}/);
          await page.goto(`${new URL(page.url()).pathname}/metrics`);
          await page.locator('.metric-cell .metric-chart').first().waitFor();
        }
        if (name.startsWith('heat') && name !== 'heat-table') await map(page).waitFor();
        await inspect(page, `${device}-grid-${name}`, audited);
      }
      expect.soft(complaints, device).toEqual([]);
    };
    await Promise.all([lookAtAll('desktop', desktop, 'light'), lookAtAll('phone', phone, 'dark')]);
  }, 120_000);

  test('10,000 hosts are one picture, and every one can be reached', async () => {
    const { page } = desktop;
    const items: LatestValue[] = Array.from({ length: 10_000 }, (_, at) => ({
      ...{ cluster: `c${at % 6}`, host: `host-${at}`, hostKey: `key-${at}`, hostUp: at % 400 !== 0 },
      ...{ number: at % 97, value: String(at % 97), tnSec: 3, tmaxSec: 60 },
    }));
    // The server has 40 hosts; what its answer would be for 10,000 is given to the page.
    await page.route('**/api/v1/metrics/latest?*', (route) => route.fulfill({ json: { items, nextCursor: null } }));
    await page.goto('/hosts/heat-map?metric=load_one');
    await map(page).focus();
    await page.keyboard.press('End');
    await expect.poll(() => cell(page).getAttribute('aria-posinset')).toBe('10000');
    const box = await map(page).boundingBox();
    expect(box?.height, 'all on one screen').toBeLessThanOrEqual(700);
    await page.unroute('**/api/v1/metrics/latest?*');
  });
});
