// kill -9 of a sender inside its exchange with the relay: the repeat is the same mail.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { BEN, eventually, startAlerting } from './support.ts';

test('a sender is killed before the relay has answered; the next process sends the same mail', async () => {
  const bodies: string[] = [];
  const relay = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 1,
    onData(stream, _session, done) {
      let body = '';
      stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
      stream.on('end', () => {
        // The first mail is taken, but its sender never hears of it.
        if (bodies.push(body) > 1) done();
      });
    },
  });
  relay.on('error', () => undefined);
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => relay.close(() => resolve())));
  const smtpUrl = `smtp://127.0.0.1:${(relay.server.address() as AddressInfo).port}`;

  // The child lives by the real clock; this process starts from it, and then moves by hand.
  const clock = new FakeClock(Date.now());
  const idle = await startAlerting({ clock, smtpUrl });
  await idle.alerting.api.ensureDefaultContact('ops@example.org');
  await idle.stop();
  const [contact] = await idle.alerting.api.contacts();
  const { deliveryId } = await idle.alerting.api.testContact(contact?.id ?? '', BEN);

  const script = fileURLToPath(new URL('./sender-process.ts', import.meta.url));
  const input = JSON.stringify({ target: idle.database.target, smtpUrl, deliveryId });
  const child = spawn(process.execPath, [script, input], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await eventually('the mail of the child', () => bodies[0]);
  child.kill('SIGKILL');
  await ended;
  const [claimed] = await idle.alerting.api.deliveries({ limit: 1 });
  expect(claimed).toMatchObject({ status: 'sending', attempts: 1 });

  clock.advance(60_000);
  const next = await startAlerting({ clock, smtpUrl, database: idle.database });
  await eventually('the repeat', async () =>
    (await next.alerting.api.deliveries({ limit: 1 }))[0]?.status === 'sent' ? true : undefined,
  );
  const messageIdOf = (body: string | undefined) => /^Message-ID:\s*(<.*>)/im.exec(body ?? '')?.[1];
  expect(bodies).toHaveLength(2);
  expect(messageIdOf(bodies[0])).toContain(deliveryId);
  expect(messageIdOf(bodies[1])).toBe(messageIdOf(bodies[0]));
});
