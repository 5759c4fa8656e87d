// Chromium as a person has it open on the console: what the page complains about, what
// axe finds in it, and pictures of it in both colour schemes.

import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { peerPath } from '#test/support/peer.ts';
import { ADMIN_PASSWORD, eventually } from './server.ts';

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};

/** Pictures of the last run, for people to look at. */
export const PICTURES = path.join(os.tmpdir(), 'plexus-pictures');

// A picture of an empty page is a few kilobytes.
const PICTURE_BYTES = 12_000;
const PATIENCE_MS = 15_000;

export interface Window {
  page: Page;
  /** Errors in the console, refusals of the content security policy, uncaught exceptions. */
  complaints: string[];
}

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: peerPath('chromium') ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });

/** A window of its own, logged in as whoever `options.storageState` says. */
export async function openWindow(browser: Browser, baseURL: string, options: BrowserContextOptions): Promise<Window> {
  const context = await browser.newContext({ ...options, baseURL });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  return { page, complaints };
}

/** The server of a fresh home builds its console in the background. */
export async function consoleIsBuilt(url: string): Promise<void> {
  await eventually('the console is built', async () => {
    const text = await (await fetch(url)).text();
    return text.includes('id="root"') || undefined;
  });
}

/** As the administrator of `startTestServer`, up to the first screen. */
export async function logIn(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByLabel('Login').fill('admin');
  await page.getByLabel(/^Password/).fill(ADMIN_PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Problems', level: 1 }).waitFor();
}

/**
 * Looks at the page as it stands: nothing is still loading, it never scrolls sideways, axe finds
 * nothing serious or critical in `audited`, and `<name>-light.png` and `<name>-dark.png` show something.
 * What is wrong fails the test at its end, so that one run tells all of it.
 */
export async function inspect(page: Page, name: string, audited: 'light' | 'dark'): Promise<void> {
  await eventually(`${name} is loaded`, async () => (await page.locator('.skeleton').count()) === 0 || undefined);
  const widths = await page.evaluate(() => [document.scrollingElement?.scrollWidth, window.innerWidth]);
  expect.soft(widths[0], `${name} is as wide as its window`).toBe(widths[1]);
  mkdirSync(PICTURES, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // A script takes the scheme over and draws the charts again in its colours.
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    if (colorScheme === audited) expect.soft(await graveFindings(page), `${name} in ${audited}`).toEqual([]);
    const picture = await page.screenshot({ path: path.join(PICTURES, `${name}-${colorScheme}.png`) });
    expect.soft(picture.length, `${name} in ${colorScheme} shows something`).toBeGreaterThan(PICTURE_BYTES);
    expect.soft(await paperOf(page), `paper of ${name}`).toBe(colorScheme);
  }
}

/** What axe finds serious or critical, each with the elements it is about. */
async function graveFindings(page: Page): Promise<string[]> {
  // Without frames there is nothing for which axe would need a second page, at twice the time.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    );
}

async function paperOf(page: Page): Promise<'light' | 'dark'> {
  const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  return Number(/\d+/.exec(colour)?.[0]) > 128 ? 'light' : 'dark';
}
