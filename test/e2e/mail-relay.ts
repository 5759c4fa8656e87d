// A real SMTP relay on loopback that keeps what it accepted.

import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface MailRelay {
  readonly url: string;
  /** In the order of acceptance; `acceptedAtMs` on the monotonic clock of the test. */
  readonly mails: (Email & { acceptedAtMs: number })[];
  close(): Promise<void>;
}

/** On a port of its own, or on that of a relay that was closed. */
export async function startMailRelay(port = 0): Promise<MailRelay> {
  const mails: MailRelay['mails'] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    // A relay that goes away does not wait for its idle clients.
    closeTimeout: 100,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        PostalMime.parse(Buffer.concat(chunks)).then(
          (mail) => {
            mails.push({ ...mail, acceptedAtMs: performance.now() });
            return done();
          },
          (error: Error) => done(error),
        );
      });
    },
  });
  // A server that was killed in the middle of an exchange is no fault of the relay.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: listening } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${listening}`,
    mails,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
