// Takes the pictures of the README from the demo: `node app/dev/screenshots.ts`.
// Needs Debian's chromium. Waits until an episode was healed, so that the loop shows.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { Alert } from '#web/contract/alerting.ts';
import { projectDir } from '../console-build.ts';

const images = path.join(projectDir, 'docs', 'images');
const DEADLINE_MS = 240_000;

const home = mkdtempSync(path.join(os.tmpdir(), 'plexus-pictures-'));
rmSync(home, { recursive: true });
mkdirSync(images, { recursive: true });
const demo = spawn(process.execPath, [path.join(projectDir, 'app', 'bin', 'plexus.mjs'), 'demo', '--home', home], {
  cwd: projectDir,
  stdio: ['ignore', 'pipe', 'inherit'],
});
let said = '';
const login = await new Promise<{ url: string; user: string; password: string }>((resolve) => {
  demo.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const found = /(http:\S+)\s+log in\s+user (\S+), password (\S+)/.exec(said);
    if (found && said.includes('What to look at'))
      resolve({ url: found[1] ?? '', user: found[2] ?? '', password: found[3] ?? '' });
  });
});

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});

async function logIn(page: Page): Promise<void> {
  await page.goto(login.url);
  await page
    .getByLabel(/login|user/i)
    .first()
    .fill(login.user);
  await page
    .getByLabel(/password/i)
    .first()
    .fill(login.password);
  await page.keyboard.press('Enter');
  await page
    .getByRole('link', { name: /Problems/ })
    .first()
    .waitFor();
}

/** The newest episode of the shop that was healed. */
const healedEpisode = (page: Page): Promise<Alert | undefined> =>
  page.evaluate(async () => {
    const answer: { items: Alert[] } = await (await fetch('/api/v1/alerts?limit=100')).json();
    return answer.items.find((alert) => alert.healedByRunId !== null && alert.check !== null);
  });

try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  await logIn(page);
  const startMs = performance.now();
  let episode = await healedEpisode(page);
  while (!episode) {
    if (performance.now() - startMs > DEADLINE_MS) throw new Error('no episode was healed in time');
    await page.waitForTimeout(2000);
    episode = await healedEpisode(page);
  }
  // Some minutes of curves make a better picture than a few points.
  await page.waitForTimeout(120_000);
  const cluster = await page.evaluate(async () => {
    const answer: { items: { name: string }[] } = await (await fetch('/api/v1/clusters')).json();
    return answer.items.find(({ name }) => name === 'web')?.name ?? answer.items[0]?.name ?? '';
  });
  const pictures = {
    episode: `/problems/${episode.id}`,
    host: `/hosts/${episode.host?.id}`,
    problems: '/problems',
    checks: '/checks',
    cluster: `/hosts/clusters/${cluster}?range=15m`,
  };
  for (const [name, screen] of Object.entries(pictures)) {
    await page.goto(login.url + screen);
    await page.waitForLoadState('load');
    await page.waitForTimeout(2500);
    await page.screenshot({ path: path.join(images, `${name}.png`) });
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  demo.kill('SIGINT');
  await ended;
  rmSync(home, { recursive: true, force: true });
}
