// Plays a recorded set again, step by step, as one site: passive results, forced checks,
// plugins that change, external commands, and the checks that follow from them.

import { spawnSync } from 'node:child_process';
import type { ObjectState } from '#checks/machine/check-state.ts';
import type { Effect } from '#checks/machine/effect.ts';
import {
  cancelDowntime,
  finishDowntimes,
  followDowntime,
  planDowntime,
  startDowntimes,
} from '#checks/machine/downtime.ts';
import { isFixedDue, isOver } from '#checks/machine/downtime-window.ts';
import { decideFreshness, type Freshness } from '#checks/machine/freshness.ts';
import { mayRun } from '#checks/machine/may-run.ts';
import { momentAt } from '#checks/machine/moment.ts';
import {
  acknowledge,
  delayNotification,
  removeAcknowledgement,
  sendCustom,
  setNotificationNumber,
} from '#checks/machine/operator.ts';
import { hostStateOfExit, serviceStateOfExit } from '#checks/exit-code.ts';
import { hostStateOfPassiveCode, serviceStateOfPassiveCode } from '#checks/machine/result-state.ts';
import type { MachineSettings } from '#checks/machine/settings.ts';
import type { RecordedDefinitions } from './recorded-definitions.ts';
import { decideAbout, takeResult, type AnyNode } from './site-nodes.ts';

/** One effect, with the state that its object had then. */
export interface Happening {
  effect: Effect<ObjectState>;
  state: ObjectState;
}

/** Plugins of the recording have four seconds; whatever is over in this time is over in theirs. */
const PROGRAM_TIMEOUT_MS = 2_000;
const exits = new Map<string, number>();

/** Exit code of a program that is not the fed plugin: run for real, once. */
function exitOfProgram(line: string): number {
  const known = exits.get(line);
  if (known !== undefined) return known;
  const run = spawnSync('/bin/sh', ['-c', `exec ${line.replaceAll('$$', '$')}`], {
    timeout: PROGRAM_TIMEOUT_MS,
    stdio: 'ignore',
  });
  const isTimedOut = run.error !== undefined;
  // A killed plugin says nothing: UNKNOWN. One that is over its time is CRITICAL, as imported objects have it.
  const exit = isTimedOut ? 2 : (run.status ?? 3);
  exits.set(line, exit);
  return exit;
}

export class RecordedSite {
  readonly nodes: Map<string, AnyNode>;
  readonly happenings = new Map<string, Happening[]>();
  readonly #commands: Map<string, string>;
  readonly #plugins = new Map<string, number>();
  readonly #outputs = new Map<string, string>();
  #due: AnyNode[] = [];
  #downtimes = 0;
  nowMs = Date.UTC(2026, 10, 21);

  constructor({ nodes, commands }: RecordedDefinitions) {
    this.nodes = nodes;
    this.#commands = commands;
    // The recording's own plugins run only when asked; the others had been scheduled before the first step.
    for (const node of nodes.values()) {
      if (node.object === 'service' && node.settings.activeChecks && this.runsOwnProgram(node.id)) this.#due.push(node);
    }
  }

  /** Its command is not the plugin whose exit code the recording sets. */
  runsOwnProgram(id: string): boolean {
    const line = this.#commands.get(id);
    return line !== undefined && !line.includes('chk.sh');
  }

  node(id: string): AnyNode {
    const node = this.nodes.get(id);
    if (!node) throw new Error(`the recording speaks of ${id}, which no object defines`);
    return node;
  }

  passive(id: string, code: number, output: string): void {
    const node = this.node(id);
    this.#result(node, code, true, output);
  }

  feedPlugin(file: string, code: number): void {
    this.#plugins.set(file, code);
  }

  /** The plugin of an object, and a forced run of it at the end of the step. */
  forcedCheck(id: string, code: number): void {
    this.feedPlugin(this.#pluginOf(id), code);
    this.#due.push(this.node(id));
  }

  /** Runs what is due, and what is to be looked at because of that. */
  runDue(): void {
    for (let node = this.#due.shift(); node; node = this.#due.shift()) {
      const line = this.#commands.get(node.id);
      if (line === undefined) continue;
      const code = this.runsOwnProgram(node.id)
        ? exitOfProgram(line)
        : (this.#plugins.get(this.#pluginOf(node.id)) ?? 0);
      this.#result(node, code, false, `exit ${String(code)}`);
    }
  }

  /** Nagios's downtimes begin and end by the clock; its words of problems wait for the next result. */
  passTime(nowMs: number): void {
    this.nowMs = nowMs;
    for (const { id, current } of this.nodes.values()) {
      if (current.downtimes.length === 0) continue;
      this.#decide(id, (state, settings, around) => {
        const moment = momentAt(settings, around, nowMs);
        const ended = finishDowntimes(state, (each) => isOver(each, nowMs), 'ended', moment);
        const after = startDowntimes(ended, (each) => isFixedDue(each, nowMs), moment);
        return { after, effects: moment.effects };
      });
    }
  }

  freshness(id: string): Freshness {
    const node = this.node(id);
    const run = { isExecuting: false, isFreshening: false, latencyMs: 0, watchedSinceMs: 0 };
    return node.object === 'host'
      ? decideFreshness(node.current, node.settings, node.site, run, this.nowMs)
      : decideFreshness(node.current, node.settings, node.site, run, this.nowMs);
  }

  /** What a stale object leads to. */
  refresh(id: string): void {
    this.#due.push(this.node(id));
  }

  /** One line of the command file, without its time stamp. */
  command(line: string): void {
    const [name = '', ...words] = line
      .replaceAll(/\$NOW(?:\+(\d+))?\$/g, (_, plus?: string) => String(this.nowMs / 1000 + Number(plus ?? 0)))
      .split(';');
    const isService = name.includes('SVC') || name.includes('SERVICE');
    const id = isService ? `${words[0]};${words[1]}` : (words[0] ?? '');
    const rest = words.slice(isService ? 2 : 1);
    const atMs = (text: string | undefined): number => Number(text) * 1000;
    switch (name.replace(/_(SVC|HOST|SERVICE)(?=_|$)/, '_X')) {
      case 'ACKNOWLEDGE_X_PROBLEM': {
        const [sticky, notify, , by = '', comment = ''] = rest;
        const acknowledgement = { isSticky: sticky === '2', by, comment, expiresAtMs: null };
        return this.#decide(id, (state, settings, around) =>
          acknowledge(state, { acknowledgement, notifies: notify === '1' }, settings, around, this.nowMs),
        );
      }
      case 'REMOVE_X_ACKNOWLEDGEMENT':
        return this.#decide(id, (state) => removeAcknowledgement(state));
      case 'SCHEDULE_X_DOWNTIME': {
        const [start, end, fixed, trigger, duration, by = '', comment = ''] = rest;
        const downtime = {
          id: String(++this.#downtimes),
          kind: fixed === '1' ? ('fixed' as const) : ('flexible' as const),
          startAtMs: atMs(start),
          endAtMs: atMs(end),
          durationMs: atMs(duration),
          triggeredBy: trigger === '0' || trigger === undefined ? null : trigger,
          by,
          comment,
          runsUntilMs: null,
        };
        return this.#decide(id, (state, settings, around) =>
          planDowntime(state, downtime, settings, around, this.nowMs),
        );
      }
      case 'DEL_DOWNTIME_BY_X_NAME': {
        const [host, service] = words;
        const isMeant = (node: AnyNode): boolean =>
          service === undefined
            ? node.id === host || node.id.startsWith(`${String(host)};`)
            : node.id === `${String(host)};${service}`;
        for (const node of this.nodes.values()) {
          if (isMeant(node)) for (const { id: downtime } of node.current.downtimes) this.#cancel(node.id, downtime);
        }
        return;
      }
      case 'DEL_X_DOWNTIME':
        for (const node of this.nodes.values()) this.#cancel(node.id, words[0] ?? '');
        return;
      case 'SEND_CUSTOM_X_NOTIFICATION': {
        const bits = Number(rest[0]);
        const options = { isBroadcast: (bits & 1) > 0, isForced: (bits & 2) > 0, increments: (bits & 4) > 0 };
        return this.#decide(id, (state, settings, around) => sendCustom(state, options, settings, around, this.nowMs));
      }
      case 'DELAY_X_NOTIFICATION':
        return this.#decide(id, (state) => ({ after: delayNotification(state, atMs(rest[0])), effects: [] }));
      case 'SET_X_NOTIFICATION_NUMBER':
        return this.#decide(id, (state) => ({ after: setNotificationNumber(state, Number(rest[0])), effects: [] }));
      case 'ENABLE_X_NOTIFICATIONS':
      case 'DISABLE_X_NOTIFICATIONS':
        return this.#change(id, ({ notifications }) => ({
          notifications: { ...notifications, isEnabled: name.startsWith('ENABLE') },
        }));
      case 'ENABLE_X_FLAP_DETECTION':
      case 'DISABLE_X_FLAP_DETECTION':
        return this.#change(id, ({ flap }) => ({ flap: { ...flap, isEnabled: name.startsWith('ENABLE') } }));
      case 'ENABLE_X_CHECK':
      case 'DISABLE_X_CHECK':
        return this.#change(id, () => ({ activeChecks: name.startsWith('ENABLE') }));
      case 'CHANGE_MAX_X_ATTEMPTS':
        return this.#change(id, () => ({ maxAttempts: Number(rest[0]) }));
      case 'SCHEDULE_FORCED_X_CHECK':
        this.#due.push(this.node(id));
        return;
      case 'SCHEDULE_X_CHECK':
        if (this.#mayRun(this.node(id))) this.#due.push(this.node(id));
        return;
      case 'PROCESS_X_CHECK_RESULT':
        return this.passive(id, Number(rest[0]), rest.slice(1).join(';'));
      default:
        throw new Error(`the replay does not know the command ${name}`);
    }
  }

  #mayRun(node: AnyNode): boolean {
    const verdict =
      node.object === 'host'
        ? mayRun(node.settings, node, false, this.nowMs)
        : mayRun(node.settings, node, false, this.nowMs);
    return verdict.may;
  }

  #pluginOf = (id: string): string => this.#commands.get(id)?.split('/').at(-1) ?? '';

  #result(node: AnyNode, code: number, isPassive: boolean, output: string): void {
    const arrived = { isPassive, isNewOutput: this.#outputs.get(node.id) !== output };
    this.#outputs.set(node.id, output);
    const state = this.#stateOf(node, code, isPassive);
    this.#happen(node, takeResult(node, { ...arrived, state }, this.nowMs));
  }

  #stateOf(node: AnyNode, code: number, isPassive: boolean): ObjectState {
    if (node.object === 'service') {
      return isPassive ? serviceStateOfPassiveCode(code) : serviceStateOfExit(code, 'critical');
    }
    return isPassive ? hostStateOfPassiveCode(code) : hostStateOfExit(code, !node.settings.isAggressive);
  }

  #cancel(id: string, downtime: string): void {
    this.#decide(id, (state, settings, around) => cancelDowntime(state, downtime, settings, around, this.nowMs));
  }

  #change(id: string, change: (settings: MachineSettings) => Partial<MachineSettings>): void {
    const node = this.node(id);
    node.settings = { ...node.settings, ...change(node.settings) };
  }

  #decide(id: string, decide: Parameters<typeof decideAbout>[1]): void {
    const node = this.node(id);
    this.#happen(node, decideAbout(node, decide));
  }

  #happen(node: AnyNode, effects: readonly Effect<ObjectState>[]): void {
    const log = this.happenings.get(node.id) ?? [];
    this.happenings.set(node.id, log);
    for (const effect of effects) {
      log.push({ effect, state: node.current.state });
      if (effect.kind === 'check_now') {
        this.#due.push(...effect.ids.map((id) => this.node(id)).filter((each) => !this.#due.includes(each)));
      }
      if (effect.kind === 'downtime') this.#follow(effect.id, effect.what);
    }
  }

  #follow(downtime: string, what: 'started' | 'ended' | 'cancelled' | 'expired'): void {
    for (const node of this.nodes.values()) {
      if (!node.current.downtimes.some(({ triggeredBy }) => triggeredBy === downtime)) continue;
      this.#decide(node.id, (state, settings, around) =>
        followDowntime(state, { id: downtime, what }, settings, around, this.nowMs),
      );
    }
  }
}
