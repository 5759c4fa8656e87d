// What people do in the console, with a real browser on a real server: the first start,
// a host of Debian's gmond, a script and its output, and taking a problem, on a desktop
// and on a phone. Each test goes on where the one before ended.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProblemList } from '#web/contract/alerting.ts';
import type { CheckDetail, CheckList } from '#web/contract/checks.ts';
import { freeTcpPort } from '#test/support/free-port.ts';
import { describeWithPeer } from '#test/support/peer.ts';
import { startSendingGmond, type SendingGmond } from './browser-gmond.ts';
import {
  consoleIsBuilt,
  DESKTOP,
  inspect,
  launchChromium,
  openWindow,
  PHONE,
  PICTURES,
  type Window,
} from './browser-window.ts';
import { localHostId } from './loop-story.ts';
import { eventually, startTestServer, type TestServer } from './server.ts';

const PERSON = { name: 'Ada Okafor', login: 'ada', password: 'kept in a good place' };
const GMOND_HOST = 'rack-7.example';
const TABLET = { width: 768, height: 1024 };
const SECTIONS = [
  'rules',
  'contacts',
  'outbox',
  'groups',
  'desired-state',
  'agents',
  'users',
  'tokens',
  'profile',
  'audit',
  'health',
];
const SLOW = { timeout: 20_000 };

describeWithPeer(['chromium', 'gmond'], 'the console in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let gmond: SendingGmond | undefined;
  let localHost: { id: string; name: string };
  let directory: string;
  let desktop: Window;
  let phone: Window;
  let runPath: string;

  beforeAll(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-browser-'));
    server = await startTestServer({ PLEXUS_ADMIN_PASSWORD: '', PLEXUS_ADMIN_EMAIL: '' });
    browser = await launchChromium();
    // On a fresh clone the console is still being built.
    await consoleIsBuilt(server.url);
    desktop = await openWindow(browser, server.url, DESKTOP);
    const { name } = await server.get<{ name: string }>(`/hosts/${await localHostId(server)}`);
    localHost = { id: await localHostId(server), name };
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await gmond?.dispose();
    await server?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      await desktop?.page.screenshot({ path: path.join(PICTURES, 'desktop-failed.png') });
      await phone?.page.screenshot({ path: path.join(PICTURES, 'phone-failed.png') });
    });
  });

  /** Raises one alert per name: checks of ports that nobody listens on. */
  async function raiseProblems(...names: string[]): Promise<void> {
    for (const name of names) {
      await server.send<CheckDetail>('POST', '/checks', {
        name,
        hostId: localHost.id,
        kind: 'tcp',
        spec: { address: '127.0.0.1', port: await freeTcpPort() },
        intervalSec: 1,
        retryIntervalSec: 1,
        maxAttempts: 2,
        timeoutSec: 1,
      });
    }
  }

  const problemId = (check: string): Promise<string> =>
    eventually(`the problem of ${check} is open`, async () => {
      const { items } = await server.get<ProblemList>('/problems');
      return items.find((problem) => problem.check?.name === check)?.id;
    });

  async function logIn(page: Page): Promise<void> {
    await page.getByLabel('Login').fill(PERSON.login);
    await page.getByLabel(/^Password/).fill(PERSON.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Problems', level: 1 }).waitFor();
  }

  const main = (page: Page): Locator => page.getByRole('navigation', { name: 'Main' });
  const rowOf = (page: Page, host: string): Locator =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name: host, exact: true }) });
  const chart = (page: Page, title: string): Locator => page.getByRole('region', { name: `${title}: now ` });
  const problemRow = (page: Page, check: string): Locator => page.getByRole('listitem').filter({ hasText: check });

  /** Composes and starts a script whose second half waits for a file; sees its lines as they are printed. */
  async function runScript(page: Page, press: (what: Locator) => Promise<void>, name: string): Promise<void> {
    const signal = path.join(directory, name);
    await page
      .getByRole('textbox', { name: 'Script' })
      .fill(
        [
          'echo looking around',
          'echo nothing unusual >&2',
          `while [ ! -e ${signal} ]; do sleep 0.05; done`,
          'echo went on',
        ].join('\n'),
      );
    await page.getByText(localHost.name).first().waitFor();
    await press(page.getByRole('button', { name: 'Run on 1 host' }));
    const asked = page.getByRole('dialog', { name: 'Run this now?' });
    await asked.getByText(localHost.name).waitFor();
    await press(asked.getByRole('button', { name: 'Run now' }));
    const output = page.getByRole('region', { name: `Output of ${localHost.name}` });
    await output.getByText('looking around').waitFor();
    await output.getByText('nothing unusual').waitFor();
    expect(await output.getByText('went on').count(), 'the script still waits').toBe(0);
    await output.getByText('running', { exact: true }).waitFor();
    writeFileSync(signal, '');
    await output.getByText('went on').waitFor();
    await output.getByText('exit 0').waitFor();
  }

  test('the first start asks for an administrator, once', async () => {
    const { page } = desktop;
    await page.goto('/');
    await page.getByRole('heading', { name: 'Welcome to Plexus' }).waitFor();
    await inspect(page, 'set-up', 'dark');
    await page.getByLabel('Your name').fill(PERSON.name);
    await page.getByLabel('Login').fill(PERSON.login);
    await page.getByLabel('Mail address').fill('ada@example.org');
    await page.getByLabel(/^Password/).fill(PERSON.password);
    await page.getByRole('button', { name: 'Create the administrator' }).click();
    await page.getByRole('heading', { name: 'Problems', level: 1 }).waitFor();

    await page.getByRole('button', { name: `Signed in as ${PERSON.name}` }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await inspect(page, 'login', 'light');
    await logIn(page);
  });

  test('a host that a real gmond sends appears in the list while one looks', async () => {
    const { page } = desktop;
    await main(page).getByRole('link', { name: 'Hosts' }).click();
    await rowOf(page, localHost.name).waitFor();
    expect(await rowOf(page, GMOND_HOST).count()).toBe(0);
    gmond = startSendingGmond(GMOND_HOST, '10.20.30.7', server.udpPort);
    await rowOf(page, GMOND_HOST).getByText('OK').waitFor();
    await rowOf(page, GMOND_HOST).getByText('10.20.30.7').waitFor();
  });

  test('its page draws its metrics, and dragging over a chart zooms', async () => {
    const { page } = desktop;
    await rowOf(page, GMOND_HOST).getByRole('link', { name: GMOND_HOST }).click();
    await page.getByRole('heading', { name: GMOND_HOST, level: 1 }).waitFor();
    for (const title of ['CPU', 'Memory', 'Fullest disk', 'Load, 1 min']) await chart(page, title).waitFor(SLOW);

    const plot = await chart(page, 'CPU').locator('canvas').boundingBox();
    if (!plot) throw new Error('the chart has no plot');
    const y = plot.y + plot.height / 2;
    await page.mouse.move(plot.x + plot.width * 0.5, y);
    await page.mouse.down();
    // Past the edge: what the host has sent is only some seconds old.
    await page.mouse.move(plot.x + plot.width + 20, y, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/[?&]from=\d+&to=\d+/);
    const { searchParams } = new URL(page.url());
    const spanSec = (Number(searchParams.get('to')) - Number(searchParams.get('from'))) / 1000;
    expect(spanSec, 'about half of 15 minutes').toBeGreaterThan(400);
    expect(spanSec).toBeLessThan(480);
    const lastQuarter = page.getByRole('button', { name: 'Last 15 minutes' });
    await lastQuarter.waitFor({ state: 'detached' });
    await chart(page, 'CPU').waitFor();
    await page.keyboard.press('Escape');
    await lastQuarter.waitFor();
    expect(new URL(page.url()).searchParams.has('from')).toBe(false);
  });

  test('a script runs on this machine, and its output appears line by line', async () => {
    const { page } = desktop;
    await main(page).getByRole('link', { name: 'Hosts' }).click();
    await rowOf(page, localHost.name).getByRole('link', { name: localHost.name }).click();
    await page.getByRole('link', { name: 'Run a job' }).click();
    await runScript(page, (what) => what.click(), 'desktop');
    runPath = new URL(page.url()).pathname;
  });

  test('a problem appears by itself, is taken, and shows who has it', async () => {
    const { page } = desktop;
    await main(page).getByRole('link', { name: 'Problems' }).click();
    await raiseProblems('dead port', 'dead key', 'dead thumb');
    await problemRow(page, 'dead port').getByText('unowned').waitFor(SLOW);
    await problemRow(page, 'dead port').getByRole('link').first().click();
    const panel = page.getByRole('dialog').filter({ hasText: 'dead port' });
    await panel.getByRole('button', { name: 'Take it' }).click();
    await panel.getByText(`${PERSON.login} has it`).first().waitFor();
    await page.keyboard.press('Escape');
    await problemRow(page, 'dead port').getByText(PERSON.login, { exact: true }).waitFor();
  });

  test('the keyboard alone takes a problem', async () => {
    const { page } = desktop;
    await problemRow(page, 'dead key').waitFor(SLOW);
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.getByRole('heading', { name: 'Hosts', level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await problemRow(page, 'dead key').waitFor();
    await eventually('the cursor is on the problem', async () => {
      const row = problemRow(page, 'dead key').and(page.locator('[data-current]'));
      if ((await row.count()) > 0) return true;
      await page.keyboard.press('j');
      return undefined;
    });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').filter({ hasText: 'dead key' }).getByText('unowned').waitFor();
    await page.keyboard.press('a');
    await page.getByRole('dialog').getByText(`${PERSON.login} has it`).first().waitFor();
    await page.keyboard.press('Escape');
    await problemRow(page, 'dead key').getByText(PERSON.login, { exact: true }).waitFor();
  });

  test('on a phone, a problem is taken from its link with one tap, and everybody sees it', async () => {
    const { page: watching } = desktop;
    phone = await openWindow(browser, server.url, PHONE);
    const { page } = phone;
    await page.goto('/');
    await logIn(page);
    const bar = await main(page).boundingBox();
    expect((bar?.y ?? 0) + (bar?.height ?? 0), 'the bar is under the thumb').toBe(844);
    await page.goto(`/problems/${await problemId('dead thumb')}`);
    await page.getByRole('button', { name: 'Take it' }).tap();
    await page.getByText(`${PERSON.login} has it`).first().waitFor();
    await problemRow(watching, 'dead thumb').getByText(PERSON.login, { exact: true }).waitFor({ timeout: 2000 });
  });

  test('on a phone, a host shows its charts and runs a script', async () => {
    const { page } = phone;
    // At once: nothing may lie over the bar, such as the word that the problem is taken.
    await main(page).getByRole('link', { name: 'Hosts' }).tap({ timeout: 2500 });
    await rowOf(page, GMOND_HOST).waitFor();
    await rowOf(page, localHost.name).getByRole('link', { name: localHost.name }).tap();
    await chart(page, 'Load, 1 min').waitFor();
    await page.getByRole('button', { name: 'Last 15 minutes' }).tap();
    await page.getByRole('button', { name: 'Last hour' }).tap();
    await page.waitForURL(/range=1h/);
    await chart(page, 'Load, 1 min').waitFor();
    await page.getByRole('link', { name: 'Run a job' }).tap();
    await runScript(page, (what) => what.tap(), 'phone');
  });

  test('every page is accessible, fits its window, and complains of nothing', async () => {
    await raiseProblems('dead air');
    const open = await problemId('dead air');
    const { items: checks } = await server.get<CheckList>(`/checks?hostId=${localHost.id}`);
    const host = `/hosts/${localHost.id}`;
    const disk = checks.find((check) => check.name === 'disk');
    const pages: Record<string, string> = {
      problems: '/problems',
      'problem-panel': `/problems?open=${open}`,
      episode: `/problems/${open}`,
      history: '/problems?view=history',
      hosts: '/hosts',
      host,
      'host-metrics': `${host}/metrics`,
      'host-facts': `${host}/facts`,
      checks: '/checks',
      check: `/checks/${disk?.id}`,
      timeline: '/timeline',
      runs: '/jobs',
      run: runPath,
      compose: `/jobs/new?hosts=${localHost.id}`,
      runbooks: '/jobs/runbooks',
      reflexes: '/jobs/reflexes',
      releases: '/jobs/releases',
    };
    const configuration = Object.fromEntries(SECTIONS.map((name) => [name, `/configuration/${name}`]));
    const lookAtAll = async (
      device: string,
      { page, complaints }: Window,
      addresses: Record<string, string>,
      audited: 'light' | 'dark',
    ) => {
      for (const [name, address] of Object.entries(addresses)) {
        await page.goto(address);
        await page.getByRole('heading', { level: 1 }).waitFor();
        if (name === 'problem-panel') await page.getByRole('dialog').getByText('What happened').waitFor();
        if (name === 'host') await chart(page, 'CPU').waitFor();
        await inspect(page, `${device}-${name}`, audited);
      }
      expect.soft(complaints, device).toEqual([]);
    };
    await Promise.all([
      lookAtAll('desktop', desktop, { ...pages, ...configuration }, 'light'),
      lookAtAll('phone', phone, { ...pages, rules: '/configuration/rules', health: '/configuration/health' }, 'dark'),
    ]);
    await desktop.page.setViewportSize(TABLET);
    await lookAtAll('tablet', desktop, { problems: '/problems', host }, 'dark');
  }, 180_000);
});
