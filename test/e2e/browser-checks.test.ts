// The screens of checks with a real browser on a real server: a seeded site in the list, the
// overview and the map; and a check of a real port that is made, tried, run and taken.

import { createServer, type Server } from 'node:net';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openPostgres } from '#store/postgres.ts';
import type { CheckCounts, CheckDetail, CheckList } from '#web/contract/checks.ts';
import { describeWithPeer } from '#test/support/peer.ts';
import { seedChecks, type SeededSite } from '#test/support/seed-checks.ts';
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
import { startTestServer, type TestServer } from './server.ts';

const HOSTS = 250;
const SERVICES = 8;
const SLOW = { timeout: 30_000 };

describeWithPeer(['chromium'], 'checks in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let desktop: Window;
  let phone: Window;
  let site: SeededSite;
  let silent: Server;
  let silentPort: number;

  beforeAll(async () => {
    server = await startTestServer();
    site = await seed(server);
    silent = createServer((socket) => {
      // Who only looks whether somebody is there may hang up at once.
      socket.on('error', () => socket.destroy());
      socket.end('220 ready\r\n');
    });
    silentPort = await new Promise((resolve) => {
      silent.listen(0, '127.0.0.1', () => {
        const address = silent.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    browser = await launchChromium();
    await consoleIsBuilt(server.url);
    desktop = await openWindow(browser, server.url, DESKTOP);
    await logIn(desktop.page);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    silent?.close();
    await server?.dispose();
  });

  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      await desktop?.page.screenshot({ path: path.join(PICTURES, 'checks-failed.png') });
    });
  });

  /** The checks that are written past the API are not run: this server's checker has not heard of them. */
  async function seed({ home }: TestServer): Promise<SeededSite> {
    const postgres = openPostgres({ socketDir: path.join(home, 'db', 'run'), user: 'plexus' }, { log: silentLogger });
    const nowMs = Date.parse((await fetch(server.url)).headers.get('date') ?? '');
    const seeded = await seedChecks(postgres.db, { hosts: HOSTS, servicesPerHost: SERVICES, nowMs, seed: 5 });
    await postgres.close();
    return seeded;
  }

  const rows = (page: Page): Locator => page.locator('.check-table--all tbody tr[data-index]');
  const filterBox = (page: Page): Locator => page.getByRole('searchbox', { name: /^Filter, such as/ });
  const total = async (q: string): Promise<number> =>
    (await server.get<CheckCounts>(`/checks/counts?q=${encodeURIComponent(q)}`)).total;

  test('the list shows the worst first, draws few rows, and goes on to the end', async () => {
    const { page } = desktop;
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Checks' }).click();
    await rows(page).first().getByText('CRIT').waitFor();
    expect(await rows(page).count()).toBeLessThanOrEqual(60);
    const all = await total('');
    expect(all).toBeGreaterThanOrEqual(HOSTS * (SERVICES + 1));
    await expect
      .poll(async () => {
        await page.locator('#content').evaluate((content) => content.scrollTo(0, content.scrollHeight));
        return page.locator('.check-table--all').getAttribute('aria-rowcount');
      }, SLOW)
      .toBe(String(all));
    expect(await rows(page).count()).toBeLessThanOrEqual(60);
    await page.getByRole('button', { name: 'Show it as it is now' }).click();
    await rows(page).first().getByText('CRIT').waitFor();
  });

  test('the filter is typed and clicked, explains mistakes at their place, and stands in the address', async () => {
    const { page } = desktop;
    await page.goto('/checks');
    await filterBox(page).fill('host:web-fra-* state:critical');
    const expected = await total('host:web-fra-* state:critical');
    await expect.poll(() => rows(page).count(), SLOW).toBe(expected);
    await page.getByRole('button', { name: 'Unhandled', exact: true }).click();
    await page.waitForURL(/q=is%3Aunhandled\+host/);
    const unhandled = await total('is:unhandled host:web-fra-* state:critical');
    await expect.poll(() => rows(page).count(), SLOW).toBe(unhandled);
    await page.reload();
    await expect.poll(() => rows(page).count(), SLOW).toBe(unhandled);
    await filterBox(page).fill('');
    await filterBox(page).pressSequentially('disk state:broken');
    expect(await filterBox(page).inputValue(), 'no key is lost').toBe('disk state:broken');
    const problem = page.getByRole('alert').filter({ hasText: 'state is one of ok' });
    expect(await problem.locator('mark').innerText()).toBe('broken');
  });

  test('by host, every host is named once, and its checks stand under it', async () => {
    const { page } = desktop;
    await page.goto('/checks?q=group:network');
    await page.getByRole('button', { name: 'By host' }).click();
    await page.waitForURL(/sort=host/);
    await page.getByRole('columnheader', { name: 'Host', exact: true }).waitFor();
    await expect.poll(() => page.locator('.check-table__host a').first().innerText()).toBe('ams-switch-1');
    expect(await page.locator('.check-table__host a').allInnerTexts()).toEqual([
      ...new Set(await page.locator('.check-table__host a').allInnerTexts()),
    ]);
  });

  test('with the keys alone: rows are selected, and many are commented on at once', async () => {
    const { page } = desktop;
    await page.goto('/checks?q=host:db-ams-*%20check:ssh');
    await rows(page).first().waitFor();
    for (const key of ['j', 'x', 'j', 'j', 'Shift+X']) await page.keyboard.press(key);
    const bar = page.getByRole('status').filter({ hasText: '3 checks' });
    await bar.waitFor();
    await page.keyboard.press('c');
    await page.getByRole('textbox', { name: 'Comment' }).fill('looked at by hand');
    await page.getByRole('dialog').getByRole('button', { name: 'Comment' }).click();
    await page.getByText('Done for 3 checks.').waitFor(SLOW);
    await bar.waitFor({ state: 'detached' });
    for (const key of ['x', 'd']) await page.keyboard.press(key);
    await page.getByRole('textbox', { name: /^Why/ }).fill('rack is being moved');
    await page.getByRole('dialog').getByRole('button', { name: 'Downtime' }).click();
    await page.getByText('Nobody is told of it meanwhile.').waitFor(SLOW);
    await page.keyboard.press('Control+a');
    const matching = await total('host:db-ams-* check:ssh');
    await page
      .getByRole('status')
      .filter({ hasText: `${matching} checks` })
      .waitFor();
    await page.keyboard.press('Escape');
  });

  test('a check is tried before it is saved, then made, run, and its problem taken and given back', async () => {
    const { page } = desktop;
    const hostId = await localHostId(server);
    await page.goto(`/hosts/${hostId}/checks`);
    await page.getByRole('button', { name: 'New check' }).click();
    const form = page.getByRole('dialog', { name: 'New check' });
    await form.getByRole('textbox', { name: 'Name' }).fill('mail door');
    await form.getByRole('button', { name: 'TCP port' }).click();
    await form.getByRole('textbox', { name: 'Port' }).fill(String(silentPort));
    await form.getByRole('textbox', { name: 'Address' }).fill('127.0.0.1');
    await form.getByRole('button', { name: 'Test now' }).click();
    const trial = form.getByRole('region', { name: 'Try it' });
    await trial.getByText('OK', { exact: true }).waitFor(SLOW);
    await trial.getByRole('table').waitFor();
    expect((await server.get<CheckList>(`/checks?hostId=${hostId}&q=check:%22mail%20door%22`)).items).toEqual([]);
    await form.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'mail door', level: 1 }).waitFor(SLOW);

    const state = page.locator('.check-page__marks');
    await state.getByText('OK').waitFor(SLOW);
    await new Promise((resolve) => silent.close(resolve));
    await page.getByRole('button', { name: 'Check now' }).click();
    await state.getByText('CRIT').waitFor(SLOW);
    await page.keyboard.press('a');
    await page.getByRole('textbox', { name: /^Why/ }).fill('the mail server is being moved');
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByRole('button', { name: 'Give back' }).click(SLOW);
    await page.getByRole('button', { name: 'Acknowledge' }).waitFor(SLOW);
    await page.getByRole('region', { name: 'Explain' }).getByText('Why this state').waitFor();
  }, 90_000);

  test('the overview counts everything, and each number leads to what it counted', async () => {
    const { page } = desktop;
    await page.goto('/checks/overview');
    const services = page.getByRole('region', { name: 'Services', exact: true });
    const cell = services.getByRole('row').filter({ hasText: 'WARN' }).getByRole('link').first();
    const count = Number((await cell.innerText()).replaceAll(',', ''));
    expect(count).toBe(await total('object:service state:warning is:unhandled'));
    await page
      .getByRole('region', { name: 'Hosts that are down' })
      .getByRole('link', { name: 'lis-switch-1' })
      .waitFor();
    await cell.click();
    await page.waitForURL(/\/checks\?q=object%3Aservice%20state%3Awarning%20is%3Aunhandled/);
    await rows(page).first().getByText('WARN').waitFor();
  });

  test('the map is walked through with the keys, shows what falls with a switch, and is a table as well', async () => {
    const { page } = desktop;
    await page.goto('/checks/map');
    const map = page.getByRole('listbox', { name: /arrow keys move/ });
    const current = map.getByRole('option');
    await current.filter({ hasText: /^core-1, UP/ }).waitFor();
    await map.focus();
    await page.keyboard.press('ArrowDown');
    for (let step = 0; step < 8; step += 1) {
      if ((await current.innerText()).startsWith('lis-switch-1, DOWN')) break;
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary', { name: 'What falls with lis-switch-1' });
    await panel.getByText('Problems beneath').waitFor();
    const beneath = await total('object:host under:lis-switch-1');
    await panel.getByText(String(beneath), { exact: true }).first().waitFor();
    await page.keyboard.press('v');
    await page.waitForURL(/view=table/);
    await page.getByRole('columnheader', { name: 'Beneath it' }).waitFor();
    await page.getByRole('button', { name: 'core-1', exact: true }).click();
    await page.getByRole('complementary', { name: 'What falls with core-1' }).waitFor();
  });

  test('every page is accessible, fits its window, and complains of nothing', async () => {
    phone = await openWindow(browser, server.url, PHONE);
    await logIn(phone.page);
    const problem = (await server.get<CheckList>('/checks?q=state:critical&limit=1')).items[0]?.id ?? '';
    const around = await server.get<CheckDetail>(`/checks/${site.serviceIds[0] ?? ''}`);
    const pages: Record<string, string> = {
      list: '/checks',
      'by-host': '/checks?sort=host&q=is:problem',
      overview: '/checks/overview',
      map: `/checks/map?view=graph&node=host:${site.hostIds[4] ?? ''}`,
      'map-table': '/checks/map?view=table',
      problem: `/checks/${problem}`,
      around: `/checks/${around.id}`,
      editor: '/checks?add=1',
    };
    const lookAtAll = async (device: string, { page, complaints }: Window, audited: 'light' | 'dark') => {
      for (const [name, address] of Object.entries(pages)) {
        await page.goto(address);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await inspect(page, `${device}-checks-${name}`, audited);
      }
      // The browser writes every refused request down, also those that were to be refused, and not at once.
      const unexpected = complaints.filter((complaint) => !complaint.includes('q=disk+state%3A'));
      expect.soft(unexpected, device).toEqual([]);
    };
    await Promise.all([lookAtAll('desktop', desktop, 'light'), lookAtAll('phone', phone, 'dark')]);
  }, 120_000);
});
