// What an NRDP post does and what it is answered: results and orders go to the door.

import type { Actor } from '#kernel/domain/actor.ts';
import { AppError } from '#kernel/errors.ts';
import { parseCommand } from '#wire/external-command.ts';
import { formatNrdpAnswer, parseNrdpJson, parseNrdpXml, type NrdpAnswer, type NrdpResult } from '#wire/nrdp.ts';
import { passCommand } from './command-lines.ts';
import type { PassiveDoor } from './door.ts';

export interface NrdpDeps {
  door: PassiveDoor;
  nowMs: number;
  /** Whose token it is; undefined for one that may not send. How and where tokens are kept is the caller's. */
  actorOf(token: string): Actor | undefined | Promise<Actor | undefined>;
}

export interface NrdpReply {
  contentType: 'application/json' | 'text/xml';
  body: string;
  /** Verdicts and reasons, for the counters of whoever serves the route. */
  outcomes: string[];
}

/**
 * `form`: the fields of the post, `token`, `cmd` (submitcheck, submitcmd, hello) and `xml`, `XMLDATA`, `json`
 * or `JSONDATA`. The HTTP status is 200 whatever it says, as NRDP's own is. Rejects only with the
 * door's own failure at an order; what it refuses is answered.
 */
export async function handleNrdp(form: ReadonlyMap<string, string>, deps: NrdpDeps): Promise<NrdpReply> {
  const outcomes: string[] = [];
  const json = form.get('json') ?? form.get('JSONDATA');
  const xml = form.get('xml') ?? form.get('XMLDATA');
  const format = json === undefined ? 'xml' : 'json';

  async function answerOf(): Promise<NrdpAnswer> {
    const token = form.get('token') ?? '';
    if (token === '') return refuse('NO TOKEN', 'no_token');
    const actor = await deps.actorOf(token);
    if (!actor) return refuse('BAD TOKEN', 'bad_token');
    switch (form.get('cmd')?.toLowerCase()) {
      case 'hello':
        return { status: 0, message: 'OK', output: 'Plexus accepts NRDP.' };
      case 'submitcheck':
        return submitCheck();
      case 'submitcmd':
        return submitCommand(actor);
      default:
        return refuse('NO REQUEST HANDLER', 'unknown_cmd');
    }
  }

  function submitCheck(): NrdpAnswer {
    if (json === undefined && xml === undefined) return refuse('NO DATA', 'no_data');
    const batch = json === undefined ? parseNrdpXml(xml ?? '') : parseNrdpJson(json);
    if (!batch.ok) return refuse(json === undefined ? 'BAD XML' : 'BAD JSON', batch.reason);
    outcomes.push(...batch.value.refused, ...batch.value.results.map(submit));
    const taken = outcomes.filter((outcome) => outcome === 'taken').length;
    const left = outcomes.length - taken;
    const output = `${taken} checks processed.${left > 0 ? ` ${left} not taken: ${[...new Set(outcomes)].filter((outcome) => outcome !== 'taken').join(', ')}.` : ''}`;
    return { status: 0, message: 'OK', output };
  }

  const submit = (result: NrdpResult): string =>
    deps.door.submitResult({ ...result, atMs: Math.min(result.atMs ?? deps.nowMs, deps.nowMs), via: 'nrdp' });

  async function submitCommand(actor: Actor): Promise<NrdpAnswer> {
    const read = parseCommand(form.get('command') ?? '');
    if (!read.ok) return refuse('BAD COMMAND', read.reason);
    try {
      outcomes.push(await passCommand(deps.door, read.value.command, { via: 'nrdp', atMs: deps.nowMs, actor }));
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return refuse(error.message, error.code);
      throw error;
    }
    return { status: 0, message: 'OK' };
  }

  function refuse(message: string, reason: string): NrdpAnswer {
    outcomes.push(reason);
    return { status: -1, message };
  }

  const answer = await answerOf();
  return {
    contentType: format === 'json' ? 'application/json' : 'text/xml',
    body: formatNrdpAnswer(answer, format),
    outcomes,
  };
}
