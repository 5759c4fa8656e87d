// Starts, stops, restarts, reloads or looks at a service: through systemd where it runs,
// else through the commands that the request declares.

import { existsSync } from 'node:fs';
import { matching, object, oneOf, listOf, text, type ValueOf } from '#wire/json-shape.ts';
import { outcomeOf, withBody, type Action, type ActionContext, type Outcome } from './action.ts';

const argv = listOf(text(64 * 1024), 500);

const shape = object(
  {
    service: matching(/^[A-Za-z0-9@._:][A-Za-z0-9@._:-]{0,255}$/, 'the name of a service'),
    action: oneOf('start', 'stop', 'restart', 'reload', 'status'),
  },
  /** For hosts without systemd; a declared command also goes before systemd. */
  { startCommand: argv, stopCommand: argv, restartCommand: argv, reloadCommand: argv, statusCommand: argv },
);
type Request = ValueOf<typeof shape>;
type Verb = Request['action'];

export const serviceAction: Action = {
  name: 'service',
  run: (body, context) =>
    withBody(shape, body, async (request) => {
      if (request.action === 'status') return describe(request, context, { status: 'succeeded' });
      const command = commandFor(request, request.action);
      if (!command) return cannot(request, request.action);
      const end = await context.run(request.action, { argv: command });
      const outcome = outcomeOf(end);
      return outcome.status === 'succeeded' ? describe(request, context, outcome) : outcome;
    }),
};

/** Adds the state that the service is in now; a restart that leaves it down has failed. */
async function describe(request: Request, context: ActionContext, outcome: Outcome): Promise<Outcome> {
  const command = commandFor(request, 'status');
  if (!command) return request.action === 'status' ? cannot(request, 'status') : outcome;
  const end = await context.run('state', { argv: command });
  if (end.how !== 'exited') return outcomeOf(end);
  const running = end.exitCode === 0;
  const result = { service: request.service, state: running ? 'running' : 'stopped' };
  const wanted = request.action !== 'stop' && request.action !== 'status';
  if (wanted && !running)
    return {
      ...outcome,
      status: 'failed',
      result,
      reason: `${request.service} is not running after ${request.action}.`,
    };
  return { ...outcome, result };
}

const cannot = (request: Request, verb: Verb): Outcome => ({
  status: 'failed',
  reason: `systemd does not run here and the request declares no ${verb}Command for ${request.service}.`,
});

function commandFor(request: Request, verb: Verb): readonly [string, ...string[]] | undefined {
  const [program, ...args] = request[`${verb}Command`] ?? [];
  if (program !== undefined) return [program, ...args];
  // systemd's own test whether it is the running init: sd_booted(3).
  if (!existsSync('/run/systemd/system')) return undefined;
  return ['systemctl', verb === 'status' ? 'is-active' : verb, '--', request.service];
}
