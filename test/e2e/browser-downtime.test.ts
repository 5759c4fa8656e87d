// Downtimes and availability with a real browser on a real server: a calendar with what was,
// is and will be; a downtime that is planned and taken back; one that repeats; a report.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openPostgres } from '#store/postgres.ts';
import type { DowntimeList, RecurringDowntimes } from '#web/contract/downtimes.ts';
import { describeWithPeer } from '#test/support/peer.ts';
import { seedChecks, type SeededSite } from '#test/support/seed-checks.ts';
import { seedDowntimes, seedHistory } from '#test/support/seed-history.ts';
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
import { localHostId } from './loop-story.ts';
import { eventually, startTestServer, type TestServer } from './server.ts';

const SLOW = { timeout: 30_000 };

describeWithPeer(['chromium'], 'downtimes and availability in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let desktop: Window;
  let phone: Window;
  let site: SeededSite;

  beforeAll(async () => {
    server = await startTestServer();
    const { home, url } = server;
    const postgres = openPostgres({ socketDir: path.join(home, 'db', 'run'), user: 'plexus' }, { log: silentLogger });
    const nowMs = Date.parse((await fetch(url)).headers.get('date') ?? '');
    site = await seedChecks(postgres.db, { hosts: 12, servicesPerHost: 3, nowMs, seed: 5 });
    await seedHistory(postgres.db, site, nowMs);
    await seedDowntimes(postgres.db, site, nowMs);
    await postgres.close();
    browser = await launchChromium();
    await consoleIsBuilt(server.url);
    desktop = await openWindow(browser, server.url, DESKTOP);
    await logIn(desktop.page);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      await desktop?.page.screenshot({ path: path.join(PICTURES, 'downtime-failed.png') });
    });
  });

  const bar = (page: Page, name: RegExp): Locator => page.getByRole('button', { name });

  test('the calendar shows what is planned, under way and over, and opens it with the keys', async () => {
    const { page } = desktop;
    await page.goto('/checks');
    await page.getByRole('link', { name: 'Downtimes' }).click();
    await bar(page, /^Under way: new firmware for the switches, 3 hosts/).waitFor();
    await bar(page, /^Under way: new firmware/).focus();
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog', { name: 'new firmware for the switches' });
    await panel.getByRole('link', { name: 'fra-switch-1' }).waitFor();
    await page.waitForURL(/open=firmware/);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Month' }).click();
    await page.waitForURL(/view=month/);
    await bar(page, /^Under way: new firmware/).waitFor();
    await page.getByRole('button', { name: 'By host' }).click();
    await page.getByRole('heading', { name: 'fra-switch-1' }).waitFor();
    await page.getByRole('button', { name: 'List' }).click();
    await page
      .getByRole('row', { name: /fire drill/ })
      .getByText('Cancelled')
      .waitFor();
    await page.getByRole('button', { name: 'Earlier' }).click();
    await page.waitForURL(/at=\d{4}-\d\d-\d\d/);
  });

  test('from the page of a host: planned with its reach shown, under way at once, and taken back', async () => {
    const { page } = desktop;
    const hostId = await localHostId(server);
    await page.goto(`/hosts/${hostId}`);
    await page.locator('.page-head').getByRole('link', { name: 'Downtime' }).click();
    const form = page.getByRole('dialog', { name: 'New downtime' });
    await form.getByText(/^1 host and \d+ services?/).waitFor(SLOW);
    await form.getByLabel('Reason').fill('a new fan');
    await form.getByRole('button', { name: 'Plan', exact: true }).click();
    await form.waitFor({ state: 'detached' });
    await bar(page, /^(Planned|Under way): a new fan, 1 host/).waitFor(SLOW);
    const found = await eventually('it is under way', async () => {
      const { items } = await server.get<DowntimeList>(`/downtimes?hostId=${hostId}&status=active`);
      return items[0];
    });
    expect(found).toMatchObject({ comment: 'a new fan', fixed: true, checkId: null });

    await bar(page, /^Under way: a new fan/).click(SLOW);
    await page.getByRole('button', { name: 'Cancel downtime' }).click();
    const dialog = page.getByRole('dialog', { name: /^Cancel/ });
    await dialog.getByText('1 downtime that is planned or under way is cancelled.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel downtime' }).click();
    await bar(page, /^Cancelled: a new fan/).waitFor(SLOW);
  });

  test('one that repeats says its next five times while it is written, and is planned ahead', async () => {
    const { page } = desktop;
    await page.goto('/checks/downtimes?view=repeating');
    await page.getByText('No downtime repeats.').waitFor();
    await page.getByRole('button', { name: 'Repeat a downtime' }).click();
    const form = page.getByRole('dialog', { name: 'Repeat a downtime' });
    await form.getByLabel('Name').fill('patches');
    await form.getByLabel('Day', { exact: true }).fill('someday');
    await form.getByText(/^schedule.days: someday/).waitFor(SLOW);
    // A browser says so of every refusal; this one was wanted.
    expect(desktop.complaints.splice(0)).toEqual([expect.stringMatching(/400.*occurrences$/)]);
    await form.getByLabel('Day', { exact: true }).fill('monday');
    await page.keyboard.press('Escape');
    await expect.poll(() => form.locator('.reach ol li').count(), SLOW).toBe(5);
    await form.getByLabel('Filter of checks').fill('check:ssh');
    await form.getByLabel('Reason').fill('patch night');
    await form.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('row', { name: /patches.*monday 02:00-04:00/ }).waitFor(SLOW);
    const { items } = await server.get<RecurringDowntimes>('/recurring-downtimes');
    expect(items).toMatchObject([{ name: 'patches', target: { q: 'check:ssh' }, next: { length: 5 } }]);
  });

  test('a report shows the worst first, one check day by day, and all of it as CSV', async () => {
    const { page } = desktop;
    await page.goto('/checks/availability');
    const rows = page.locator('.availability-table tbody tr');
    await rows.first().getByText('missed').waitFor();
    await page.getByRole('searchbox').fill('object:host');
    await page.getByRole('region', { name: 'Services' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '7 days' }).click();
    await page.waitForURL(/range=7d/);
    await page.getByRole('button', { name: '30 days' }).click();
    await rows.first().getByRole('button').click();
    const panel = page.getByRole('dialog');
    await expect.poll(() => panel.locator('.bucket-strip li').count(), SLOW).toBeGreaterThanOrEqual(30);
    await panel.getByRole('link', { name: 'What happened' }).first().waitFor();
    await page.keyboard.press('Escape');

    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
    const csv = await readFile(await saved.path(), 'utf8');
    expect(csv).toMatch(/^host,check,object,bucket,from,to,ok_sec/);
    expect(csv.split('\r\n').length).toBeGreaterThan(12 * 30);
  });

  test('every page is accessible, fits its window, and complains of nothing', async () => {
    phone = await openWindow(browser, server.url, PHONE);
    await logIn(phone.page);
    const pages: Record<string, string> = {
      week: '/checks/downtimes',
      'month-hosts': '/checks/downtimes?view=month&lanes=host',
      panel: '/checks/downtimes?open=firmware',
      form: `/checks/downtimes?hosts=${site.hostIds[1] ?? ''}`,
      repeating: '/checks/downtimes?view=repeating',
      report: '/checks/availability',
      detail: `/checks/availability?open=${site.serviceIds[3] ?? ''}`,
    };
    const lookAtAll = async (device: string, { page, complaints }: Window, audited: 'light' | 'dark') => {
      for (const [name, address] of Object.entries(pages)) {
        // On a phone each calendar is the same list, and each table the same cards.
        if (device === 'phone' && ['month-hosts', 'repeating', 'panel'].includes(name)) continue;
        await page.goto(address);
        await page.getByRole('heading', { level: 1 }).waitFor();
        if (name === 'form') await page.getByText(/^1 host and/).waitFor(SLOW);
        await inspect(page, `${device}-downtime-${name}`, audited);
      }
      expect.soft(complaints, device).toEqual([]);
    };
    await Promise.all([lookAtAll('desktop', desktop, 'light'), lookAtAll('phone', phone, 'dark')]);
  }, 120_000);
});
