// Somebody brings along a Nagios configuration in a real browser: chooses the files, reads the
// report, takes the rest, looks at what came of it, changes a template, tries a rule.

import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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
import { startTestServer, type TestServer } from './server.ts';

const OBJECTS = `define command{
  command_name dummy
  command_line /usr/lib/nagios/plugins/check_dummy $ARG1$ $ARG2$
}
define host{
  name server
  register 0
  max_check_attempts 3
  check_command dummy!0!here
  _SITE ams
}
define host{
  use server
  host_name shop-1
  address 127.0.0.1
  hostgroups shops
}
define host{
  use server
  host_name shop-2
  address 127.0.0.2
  hostgroups shops
}
define hostgroup{
  hostgroup_name shops
  alias Shops
}
define service{
  name slow
  register 0
  check_interval 10
  max_check_attempts 4
}
define service{
  use slow
  hostgroup_name shops
  service_description disk
  check_command dummy!0!space
}
define service{
  host_name shop-9
  service_description lost
  check_command dummy!0
}
`;
const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

describeWithPeer(['chromium'], 'monitoring objects in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let desktop: Window;
  let phone: Window;

  beforeAll(async () => {
    server = await startTestServer();
    browser = await launchChromium();
    await consoleIsBuilt(server.url);
    desktop = await openWindow(browser, server.url, DESKTOP);
    await logIn(desktop.page);
    const storageState = await desktop.page.context().storageState();
    phone = await openWindow(browser, server.url, { ...PHONE, storageState });
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      await desktop?.page.screenshot({ path: path.join(PICTURES, 'objects-failed.png') });
    });
  });

  test('the report comes first, problems on top with the line itself; the good rest is taken when asked', async () => {
    const { page } = desktop;
    await page.goto('/configuration/objects');
    await page.getByText('No monitoring objects.').waitFor();
    await page.getByRole('link', { name: 'Import' }).first().click();
    await page
      .getByLabel('Files of this computer')
      .setInputFiles([file('nagios.cfg', 'cfg_file=a.cfg\n'), file('a.cfg', OBJECTS), file('readme.txt', 'x')]);
    await page.getByText('2 files, 1 KB').waitFor();
    await page.getByRole('button', { name: 'Show the report' }).click();
    const report = page.getByRole('region', { name: 'Report' });
    await report.getByText("host_name names 'shop-9', not defined anywhere").first().waitFor();
    await report.getByText('host_name shop-9', { exact: true }).first().waitFor();
    expect(await server.get<{ items: unknown[] }>('/object-sets')).toMatchObject({ items: [] });
    await inspect(page, 'objects-report', 'light');
    await report.getByRole('button', { name: /^Notes/ }).click();
    await page.getByRole('button', { name: 'Take the good rest' }).click();
    await page.getByText('Applied. 4 checks made, 0 changed, 0 deleted; 2 hosts made.').waitFor();
    await inspect(page, 'objects-applied', 'dark');
    await page.getByRole('link', { name: 'Open the checks' }).click();
    await page.getByRole('link', { name: 'disk' }).first().waitFor();
  });

  test('a template shows who uses it; its change is seen before it is saved', async () => {
    const { page } = desktop;
    await page.goto('/configuration/objects');
    await page.getByRole('link', { name: 'nagios:site' }).click();
    await page.getByLabel('Part of a name').fill('slow');
    await inspect(page, 'objects-browser', 'light');
    await page.getByRole('link', { name: 'slow', exact: true }).click();
    await page.getByRole('heading', { name: 'Used by 1' }).waitFor();
    await inspect(page, 'objects-object', 'dark');
    await page.getByRole('button', { name: 'Edit' }).click();
    const box = page.getByLabel('Document');
    await box.fill((await box.inputValue()).replace('maxAttempts: 4', 'maxAttemps: 6'));
    await page.getByRole('button', { name: 'Show what it changes' }).click();
    await page.getByText('Did you mean spec.maxAttempts?').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await box.fill((await box.inputValue()).replace('maxAttemps: 6', 'maxAttempts: 6'));
    await page.getByRole('button', { name: 'Show what it changes' }).click();
    await page.getByText('maxAttempts: 4 → 6').first().waitFor();
    await inspect(page, 'objects-editor', 'light');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved: 0 checks made, 2 changed, 0 deleted.').waitFor();
  });

  test('a rule says whom it catches, and why not the others', async () => {
    const { page } = desktop;
    await page.goto('/configuration/objects/rules');
    await page
      .getByLabel('Service with applyTo')
      .fill('kind: Service\nmetadata: {name: x}\nspec:\n  applyTo: {where: [{group: shops}, {name: "*-1"}]}\n');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('1 host matches').waitFor();
    await page.getByText('the name shop-2 is not like *-1').waitFor();
    await inspect(page, 'objects-rule', 'dark');
  });

  test('all of it fits a phone', async () => {
    const { page } = phone;
    for (const [name, where] of [
      ['sets', '/configuration/objects'],
      ['import', '/configuration/objects/import'],
      ['browser', '/configuration/objects/all'],
    ] as const) {
      await page.goto(where);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await inspect(page, `objects-phone-${name}`, name === 'browser' ? 'dark' : 'light');
    }
    expect([...desktop.complaints, ...phone.complaints]).toEqual([]);
  });
});
