// Opens a TCP connection, optionally waits for a greeting. Refused, silent or late is
// CRITICAL, as with the plugin of the same name.

import net from 'node:net';
import Type from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckResult } from './check-kind.ts';

const TcpSpec = Type.Object(
  {
    address: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Where to connect; the address of the host when absent.',
      }),
    ),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    expect: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: 'Text that the first 4 KB of the answer must contain.',
      }),
    ),
  },
  { additionalProperties: false },
);

const GREETING_BYTES = 4096;

export const tcpKind = defineCheckKind({
  kind: 'tcp',
  title: 'TCP port',
  specSchema: TcpSpec,
  compile: (spec) => (run, signal) => {
    const { clock, target } = run;
    const address = spec.address ?? target.address;
    const where = `${address} port ${spec.port}`;
    const startTick = clock.monotonicMs();
    const { promise, resolve } = Promise.withResolvers<CheckResult>();
    const socket = net.connect({ host: address, port: spec.port });
    let greeting = '';

    const finish = (result: CheckResult) => {
      signal.removeEventListener('abort', onTimeout);
      socket.destroy();
      resolve(result);
    };
    const timing = () => {
      const value = (clock.monotonicMs() - startTick) / 1000;
      return formatPerfdata([
        { label: 'time', value, uom: 's', warn: null, crit: null, min: 0, max: target.timeoutMs / 1000 },
      ]);
    };
    const onTimeout = () => {
      const missing = socket.connecting
        ? `no connection to ${where}`
        : `${where} did not send ${JSON.stringify(spec.expect)}`;
      finish(verdict('critical', `TCP CRITICAL - ${missing} within ${target.timeoutMs / 1000} seconds`));
    };

    socket.on('connect', () => {
      if (spec.expect === undefined) finish(verdict('ok', `TCP OK - connected to ${where}`, timing()));
    });
    socket.on('data', (chunk) => {
      greeting += chunk.toString('latin1');
      if (spec.expect === undefined) return;
      if (greeting.includes(Buffer.from(spec.expect).toString('latin1')))
        finish(verdict('ok', `TCP OK - ${where} sent ${JSON.stringify(spec.expect)}`, timing()));
      else if (greeting.length >= GREETING_BYTES) unexpected();
    });
    const unexpected = () =>
      finish(
        verdict(
          'critical',
          `TCP CRITICAL - unexpected answer from ${where}: ${JSON.stringify(greeting.slice(0, 80))}`,
          timing(),
        ),
      );
    socket.on('end', unexpected);
    socket.on('error', (error) => finish(verdict('critical', `TCP CRITICAL - ${where}: ${error.message}`)));
    if (signal.aborted) onTimeout();
    else signal.addEventListener('abort', onTimeout, { once: true });
    return promise;
  },
});
