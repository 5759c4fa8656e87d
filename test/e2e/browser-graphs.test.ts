// What people do with graphs, with a real browser on a real server that has two days of
// history: explore, compare, keep, and bring along what ganglia-web kept.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWithPeer } from '#test/support/peer.ts';
import type { View, ViewCreate, ViewSummary } from '#web/contract/views.ts';
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
import { writePastSamples } from './past-samples.ts';
import { startTestServer, type TestServer } from './server.ts';

const HOSTS = ['web-1', 'web-2', 'web-3'];
const METRICS = ['load_one', 'cpu_user', ...Array.from({ length: 22 }, (_, at) => `disk_${at + 1}_free`)];
// One for six charts.
const MOST_REQUESTS = METRICS.length / 6;

describeWithPeer(['chromium'], 'graphs in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let directory: string;
  let desktop: Window;
  let phone: Window;

  beforeAll(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-graphs-'));
    server = await startTestServer();
    await server.stop();
    await writePastSamples(server.home, { cluster: 'farm', hosts: HOSTS, metrics: METRICS, hours: 49, stepSec: 60 });
    await server.start();
    browser = await launchChromium();
    await consoleIsBuilt(server.url);
    desktop = await openWindow(browser, server.url, { ...DESKTOP, acceptDownloads: true });
    await logIn(desktop.page);
    const storageState = await desktop.page.context().storageState();
    phone = await openWindow(browser, server.url, { ...PHONE, storageState });
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      await desktop?.page.screenshot({ path: path.join(PICTURES, 'graphs-failed.png') });
    });
  });

  const chart = (page: Page, name: string | RegExp): Locator => page.getByRole('region', { name });
  const plot = (page: Page): Locator => page.locator('.chart-plot').first();
  const topBox = (page: Page): Locator => page.getByRole('textbox', { name: 'Top', exact: true });
  const queryText = (page: Page): Locator => page.getByLabel('As text');

  /** Requests for series while `act` runs. */
  async function requestsOf(page: Page, act: () => Promise<void>): Promise<number> {
    let count = 0;
    const see = (request: { url(): string }): void => void (request.url().includes('/metrics/query') && (count += 1));
    page.on('request', see);
    await act();
    page.off('request', see);
    return count;
  }

  test('a query that is typed draws a line for each host, and form and address say the same', async () => {
    const { page } = desktop;
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByRole('heading', { name: 'Graphs', level: 1 }).waitFor();
    await queryText(page).fill('top 2 max load_one{cluster="farm", host=~"web-"} by host');
    await queryText(page).press('Enter');
    await chart(page, /: 2 series, lowest .* highest now web-\d/).waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toContain('top 2 max load_one');
    expect(await topBox(page).inputValue()).toBe('2');
    expect(await page.getByLabel('Host', { exact: true }).inputValue()).toBe('web-');
    await topBox(page).fill('3');
    await topBox(page).press('Enter');
    await chart(page, /: 3 series/).waitFor();
    expect(await queryText(page).inputValue()).toContain('top 3 max');
    await inspect(page, 'graphs-explore', 'dark');
  });

  test('a metric is suggested while one types its name', async () => {
    const { page } = desktop;
    await page.goto('/graphs');
    await page.getByPlaceholder('A metric, or ~').fill('load_fif');
    await page.getByRole('option', { name: 'load_fifteen' }).click();
    await page.waitForURL(/q=load_fifteen/);
    await inspect(page, 'graphs-suggested', 'light');
  });

  test('what makes no sense is marked at its place, and the chart stays away', async () => {
    const { page } = desktop;
    await queryText(page).fill('load_one{rack="7"}');
    await page.getByRole('alert').getByText('At character 10: cluster or host is expected').waitFor();
    await queryText(page).press('Enter');
    expect(new URL(page.url()).searchParams.get('q'), 'nothing wrong is asked').toBe('load_fifteen');
  });

  test('a chart is read and zoomed with the keyboard alone', async () => {
    const { page } = desktop;
    await page.goto('/graphs?q=load_one{host="web-1"}&range=24h');
    await plot(page).focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => plot(page).getAttribute('aria-valuetext')).toMatch(/\d\d:\d\d:\d\d: load_one [\d.]+/);
    await page.keyboard.press('+');
    await page.waitForURL(/from=\d+&to=\d+/);
    const { searchParams } = new URL(page.url());
    const spanHours = (Number(searchParams.get('to')) - Number(searchParams.get('from'))) / 3_600_000;
    expect(spanHours).toBeCloseTo(12, 1);
    const lastDay = page.getByRole('button', { name: 'Last 24 hours' });
    await lastDay.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await lastDay.waitFor();
  });

  test('compared with the day before, the table shows both, for one request more', async () => {
    const { page } = desktop;
    await page.goto('/graphs?q=load_one{host=~"web-"}&range=24h');
    await chart(page, /: 3 series/).waitFor();
    const requests = await requestsOf(page, async () => {
      await page.getByLabel('Compare with').selectOption('1d');
      await page.getByRole('button', { name: /^What to do with/ }).click();
      await page.getByRole('menuitem', { name: 'View as table' }).click();
      const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'web-2' }) });
      await expect.poll(() => row.getByRole('cell').last().textContent()).toMatch(/^\d/);
    });
    expect(requests).toBe(1);
    await inspect(page, 'graphs-table', 'light');
  });

  test('a chart leaves as CSV with the instants and a column for each line', async () => {
    const { page } = desktop;
    await page.getByRole('button', { name: /^What to do with/ }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Save as CSV' }).click(),
    ]);
    const saved = path.join(directory, 'chart.csv');
    await file.saveAs(saved);
    const [head, first] = readFileSync(saved, 'utf8').split('\r\n');
    expect(head).toBe('Timestamp,web-1,web-2,web-3');
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z(,[\d.]+){3}$/);
  });

  test('a sum is split into its hosts, stacked and one by one', async () => {
    const { page } = desktop;
    await page.goto('/graphs?q=sum load_one{cluster="farm"}&range=6h');
    await page.getByRole('link', { name: 'Split into hosts' }).click();
    await page.waitForURL(/chart=stack/);
    await chart(page, /: 3 series/).waitFor();
    for (const host of HOSTS) await chart(page, new RegExp(`^${host}: 1 series`)).waitFor();
    expect(await queryText(page).inputValue()).toBe('sum load_one{cluster="farm"} by host');
    await inspect(page, 'graphs-split', 'dark');
  });

  test('hosts and metrics by expression make one aggregate graph', async () => {
    const { page } = desktop;
    await page.goto('/graphs/aggregate');
    await page.getByLabel('Hosts, as an expression').fill('web-[12]$');
    await page.getByLabel('Metrics, as an expression').fill('^(load_one|cpu_user)$');
    await page.getByLabel('Metrics, as an expression').press('Enter');
    await page.getByRole('button', { name: 'Stack' }).click();
    await chart(page, /: 4 series/).waitFor();
    expect(new URL(page.url()).searchParams.get('hosts')).toBe('web-[12]$');
    await inspect(page, 'graphs-aggregate', 'light');
  });

  test('compared hosts have a chart for each metric, asked for together and only when in sight', async () => {
    const { page } = desktop;
    let asked = 0;
    const requests = await requestsOf(page, async () => {
      await page.goto('/graphs/compare?hosts=farm/web-1,farm/web-2&range=24h');
      await chart(page, /^cpu_user: 2 series/).waitFor();
      // Three rows in sight; the one below them is asked for already.
      await expect.poll(() => page.locator('.chart-plot').count()).toBeGreaterThanOrEqual(9);
      asked = await page.locator('.chart-plot').count();
    });
    expect(asked, 'what is far below waits').toBeLessThan(METRICS.length);
    expect(requests).toBeLessThanOrEqual(Math.ceil(asked / 6));
    await inspect(page, 'graphs-compare', 'dark');
    await page.getByLabel('Metrics, as an expression').fill('^load');
    await page.getByLabel('Metrics, as an expression').press('Enter');
    await expect.poll(() => page.locator('.chart-plot').count()).toBe(1);
  });

  test('24 charts of a day are few requests', async () => {
    const view: ViewCreate = {
      name: 'all metrics',
      items: METRICS.map((metric) => ({
        title: '',
        chart: 'line',
        query: { metrics: [metric], host: { regex: 'web-' } },
      })),
    };
    const { id } = await server.send<View>('POST', '/views', view);
    const { page } = desktop;
    await page.setViewportSize({ width: 1440, height: 3000 });
    const requests = await requestsOf(page, async () => {
      await page.goto(`/graphs/views/${id}?range=24h`);
      await expect.poll(() => page.locator('.chart-plot canvas').count(), { timeout: 15_000 }).toBe(METRICS.length);
    });
    expect(requests).toBeLessThanOrEqual(MOST_REQUESTS);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('a chart is kept in a new view, renamed there, and the view deleted', async () => {
    const { page } = desktop;
    await page.goto('/graphs?q=avg cpu_user{cluster="farm"}&range=6h');
    await page.getByRole('button', { name: 'Add to view' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add this chart to a view' });
    await dialog.getByLabel('View', { exact: true }).click();
    await page.getByRole('option', { name: 'A new view' }).click();
    await dialog.getByLabel('Name').fill('morning round');
    await inspect(page, 'graphs-add', 'dark');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('heading', { name: 'morning round', level: 1 }).waitFor();
    await chart(page, /^avg cpu_user/).waitFor();

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Title').fill('CPU of the farm');
    await inspect(page, 'graphs-view-edit', 'light');
    await page.getByRole('button', { name: 'Save' }).click();
    await chart(page, /^CPU of the farm: 1 series/).waitFor();
    await inspect(page, 'graphs-view', 'dark');

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Delete view' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Views', level: 1 }).waitFor();
    const { items } = await server.get<{ items: ViewSummary[] }>('/views');
    expect(items.map(({ name }) => name)).toEqual(['all metrics']);
  });

  test('a view that somebody else saved meanwhile is not written over', async () => {
    const { page } = desktop;
    const view = await server.send<View>('POST', '/views', { name: 'shared', items: [] });
    await page.goto(`/graphs/views/${view.id}?edit=1`);
    await page.getByLabel('Description').fill('mine');
    const theirs = { name: 'shared', description: 'theirs', items: [], version: view.version };
    await server.send('PUT', `/views/${view.id}`, theirs);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('Somebody else changed this meanwhile').waitFor();
    expect((await server.get<View>(`/views/${view.id}`)).description).toBe('theirs');
  });

  test('views of ganglia-web are previewed, then imported', async () => {
    const { page } = desktop;
    const file = path.join(directory, 'view_farm.json');
    const items = [
      { hostname: 'web-1', cluster: 'farm', graph: 'load_report' },
      {
        aggregate_graph: 'true',
        host_regex: [{ regex: 'web' }],
        metric_regex: [{ regex: '^cpu_' }],
        graph_type: 'stack',
      },
      { hostname: 'web-1', graph: 'homemade_report' },
    ];
    writeFileSync(file, JSON.stringify({ view_name: 'old farm', view_type: 'standard', items }));
    await page.goto('/graphs/views');
    await page.getByRole('link', { name: 'Import from ganglia-web' }).click();
    await page.getByLabel('Files').setInputFiles(file);
    await page.getByRole('button', { name: 'Preview' }).click();
    const report = page.getByRole('region', { name: 'What becomes of them' });
    await report.getByText('homemade_report').first().waitFor();
    expect((await server.get<{ items: ViewSummary[] }>('/views')).items.map(({ name }) => name)).not.toContain(
      'old farm',
    );
    await inspect(page, 'graphs-import', 'light');
    await page.getByRole('button', { name: 'Import 1 view' }).click();
    await report.getByRole('link', { name: 'old farm' }).click();
    await page.getByRole('heading', { name: 'old farm', level: 1 }).waitFor();
    await chart(page, /^web-1 Load: /).waitFor();
  });

  test('on a phone nothing is cut off', async () => {
    const { page } = phone;
    await page.goto('/graphs?q=top 3 load_one{host=~"web-"}&range=6h');
    await chart(page, /: 3 series/).waitFor();
    await inspect(page, 'graphs-phone-explore', 'light');
    await page.getByRole('link', { name: 'Views' }).click();
    await page.getByRole('link', { name: 'all metrics' }).click();
    await page.getByRole('button', { name: 'Last 6 hours' }).waitFor();
    await page.locator('.chart-plot').first().waitFor();
    await inspect(page, 'graphs-phone-view', 'dark');
  });

  test('the page never complained', () => {
    const unexpected = [...desktop.complaints, ...phone.complaints].filter((line) => !line.includes('409'));
    expect(unexpected).toEqual([]);
  });
});
