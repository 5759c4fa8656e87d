// Chromium as a person has it open on the console: what the page complains about, what
// axe finds in it, and pictures of it in both colour schemes.

import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { peerPath } from '#test/support/peer.ts';

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
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  return { page, complaints };
}

/** Fails on serious and critical findings of axe, each told with the elements it is about. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  expect(grave, page.url()).toEqual([]);
}

/** The page scrolls down, never sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const widths = await page.evaluate(() => ({
    page: document.scrollingElement?.scrollWidth ?? 0,
    window: window.innerWidth,
  }));
  expect(widths.page, `${page.url()} is as wide as its window`).toBeLessThanOrEqual(widths.window);
}

/** Takes `<name>-light.png` and `<name>-dark.png`; both must have the colours of their scheme and something to see. */
export async function takePictures(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // The scheme is taken over by script: the charts are drawn again in its colours.
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    const picture = await page.screenshot({ path: path.join(PICTURES, `${name}-${colorScheme}.png`) });
    expect(picture.length, `${name} in ${colorScheme} shows something`).toBeGreaterThan(PICTURE_BYTES);
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red = 0] = (/\d+/.exec(paper) ?? []).map(Number);
    expect(red > 128 ? 'light' : 'dark', `paper of ${name}`).toBe(colorScheme);
  }
}
