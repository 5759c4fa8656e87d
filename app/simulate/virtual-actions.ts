// The agent's real actions, confined to the file tree of a virtual host: scripts run
// for real, as this user; files, releases and services are those of the virtual host.

import type { Action, ActionContext, Body, Outcome } from '#agent/actions/action.ts';
import { desiredStateAction } from '#agent/actions/desired-state.ts';
import { releaseAction } from '#agent/actions/release.ts';
import { scriptAction } from '#agent/actions/script.ts';
import { serviceAction } from '#agent/actions/service.ts';
import type { VirtualRoot } from './virtual-root.ts';

interface VirtualActionsOptions {
  hostName: string;
  stateDir: string;
  root: VirtualRoot;
  /** Something may have changed what the host would report. */
  acted(): void;
}

/** Given to the agent beside its own actions they take the place of those. */
export function createVirtualActions(options: VirtualActionsOptions): Action[] {
  const { root } = options;
  const move = (body: Body, field: string): Body => {
    const hostPath = body[field];
    return typeof hostPath === 'string' ? { ...body, [field]: root.real(hostPath) } : body;
  };
  const confineState = (body: Body): Body => {
    const items: unknown = body['items'];
    if (!Array.isArray(items)) return body;
    return { ...body, items: items.map((item: unknown) => (isBody(item) ? confineItem(item) : item)) };
  };
  const confineItem = (item: Body): Body =>
    item['kind'] === 'service' ? withCommands(item, root) : move(item, 'path');

  return [
    confine(scriptAction, (body) => move(body, 'cwd'), options),
    confine(serviceAction, (body) => withCommands(body, root), options),
    confine(releaseAction, (body) => move(body, 'deployTo'), options),
    confine(desiredStateAction(options.stateDir), confineState, options),
  ];
}

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A virtual host has no systemd; one that declares no commands of its own gets those for a bare pid file. */
function withCommands(body: Body, root: VirtualRoot): Body {
  const { service } = body;
  if (typeof service !== 'string' || Object.keys(body).some((key) => key.endsWith('Command'))) return body;
  const file = root.serviceFile(service);
  const touch = ['touch', file];
  const look = ['test', '-e', file];
  return {
    ...body,
    ...{ startCommand: touch, restartCommand: touch, reloadCommand: look, statusCommand: look },
    stopCommand: ['rm', '-f', file],
  };
}

function confine(action: Action, moveBody: (body: Body) => Body, options: VirtualActionsOptions): Action {
  const { root, hostName, acted } = options;
  const hide = (text: string) => text.replaceAll(root.directory, '');
  const hideIn = (outcome: Outcome): Outcome => ({
    ...outcome,
    ...(outcome.reason !== undefined && { reason: hide(outcome.reason) }),
    ...(outcome.result && { result: hideInAll(outcome.result, hide) }),
  });
  const contextOf = (context: ActionContext): ActionContext => ({
    ...context,
    say: (line) => context.say(hide(line)),
    run: (name, command) =>
      context.run(name, {
        cwd: root.directory,
        ...command,
        env: { HOSTNAME: hostName, PLEXUS_VIRTUAL_HOST: hostName, PLEXUS_VIRTUAL_ROOT: root.directory, ...command.env },
      }),
  });
  const { resume } = action;
  return {
    name: action.name,
    async run(body, context, signal) {
      const outcome = await action.run(moveBody(body), contextOf(context), signal);
      acted();
      return hideIn(outcome);
    },
    ...(resume && { resume: async (body, context) => hideIn(await resume(moveBody(body), contextOf(context))) }),
  };
}

/** Every text in a JSON value. */
function hideInAll(result: Record<string, unknown>, hide: (text: string) => string): Record<string, unknown> {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return hide(value);
    if (Array.isArray(value)) return value.map(walk);
    return isBody(value) ? hideInAll(value, hide) : value;
  };
  return Object.fromEntries(Object.entries(result).map(([key, value]) => [key, walk(value)]));
}
