// A process that sends one delivery, to be killed while it does:
// `node sender-process.ts '{"target": …, "smtpUrl": …, "deliveryId": …}'`.

import { createMailChannel } from '#alerting/notify/channels/mail.ts';
import { createSmtpTransport } from '#alerting/notify/channels/smtp.ts';
import { createDeliverer } from '#alerting/notify/deliver.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { openPostgres, type PostgresTarget } from '#store/postgres.ts';
import { createSealer } from '#store/sealed.ts';

const { target, smtpUrl, deliveryId } = JSON.parse(process.argv[2] ?? '') as {
  target: PostgresTarget;
  smtpUrl: string;
  deliveryId: string;
};
const mail = createMailChannel(createSmtpTransport(smtpUrl), { from: 'Plexus <plexus@example.org>' });
const deliver = createDeliverer({
  db: openPostgres(target, { log: silentLogger }).db,
  clock: systemClock(),
  log: silentLogger,
  sealer: createSealer('test'),
  channels: { mail, pagerduty: mail, webhook: mail },
});
await deliver(deliveryId, new AbortController().signal);
