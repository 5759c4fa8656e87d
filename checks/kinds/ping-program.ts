// Runs fping for many targets, or ping for one, without a shell and under a time limit.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Clock } from '#kernel/clock.ts';
import { parseFping, parsePing, type PingCounts } from './ping-output.ts';

export interface PingPlan {
  family: 0 | 4 | 6;
  count: number;
  intervalMs: number;
  /** How long to wait for an answer to the last packet. */
  waitMs: number;
}

export interface PingPrograms {
  /** Full paths; undefined when not installed. */
  fping?: string;
  ping?: string;
}

/** `failed` = nobody was asked. */
export type PingOutcome =
  { how: 'asked'; counts: PingCounts } | { how: 'unresolved' } | { how: 'failed'; reason: string };

const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/bin', '/sbin'];
const OUTPUT_BYTES = 1024 * 1024;
/** Between the last answer that may come and the end of a program that does as it should. */
const SLACK_MS = 5000;

export function findPingPrograms(): PingPrograms {
  const find = (name: string) => FOLDERS.map((folder) => `${folder}/${name}`).find((file) => existsSync(file));
  const [fping, ping] = [find('fping'), find('ping')];
  return { ...(fping !== undefined && { fping }), ...(ping !== undefined && { ping }) };
}

/** Every target gets an outcome. fping sends one packet a millisecond, so a round over many takes longer than asked. */
export async function runFping(
  program: string,
  plan: PingPlan,
  targets: readonly string[],
  deps: { clock: Clock; signal: AbortSignal },
): Promise<Map<string, PingOutcome>> {
  const periodMs = Math.max(plan.intervalMs, targets.length);
  const args = ['-q', '-C', plan.count, '-p', periodMs, '-t', plan.waitMs, '-i', 1, ...familyFlag(plan), '--'];
  const longestMs = plan.count * periodMs + plan.waitMs + SLACK_MS;
  const end = await runProgram(program, [...args.map(String), ...targets], longestMs, deps);
  const counted = parseFping(end.output);
  // 2 = some targets were not found (fping(8)); 3 and 4 = it could not work at all.
  const missing: PingOutcome =
    end.code === 2 ? { how: 'unresolved' } : { how: 'failed', reason: reasonOf('fping', end) };
  const outcomeOf = (target: string): PingOutcome => {
    const counts = counted.get(target);
    return counts ? { how: 'asked', counts } : missing;
  };
  return new Map(targets.map((target) => [target, outcomeOf(target)]));
}

export async function runPing(
  program: string,
  plan: PingPlan,
  target: string,
  deps: { clock: Clock; signal: AbortSignal },
): Promise<PingOutcome> {
  const waitSec = String(Math.max(plan.waitMs / 1000, 0.1));
  const args = ['-n', '-q', '-c', String(plan.count), '-i', String(plan.intervalMs / 1000), '-W', waitSec];
  const longestMs = plan.count * plan.intervalMs + plan.waitMs + SLACK_MS;
  const end = await runProgram(program, [...args, ...familyFlag(plan), '--', target], longestMs, deps);
  const counts = parsePing(end.output);
  if (counts) return { how: 'asked', counts };
  if (/not known|not found|no address|failure in name resolution/i.test(end.output)) return { how: 'unresolved' };
  // A target without a route: ping sends nothing and says so.
  if (/unreachable/i.test(end.output)) return { how: 'asked', counts: { sent: plan.count, received: 0 } };
  return { how: 'failed', reason: reasonOf('ping', end) };
}

const familyFlag = ({ family }: PingPlan): string[] => (family === 0 ? [] : [`-${family}`]);

interface ProgramEnd {
  code: number;
  /** Both streams; fping says everything on the second. */
  output: string;
}

const reasonOf = (name: string, { code, output }: ProgramEnd): string =>
  output.trim().split('\n')[0]?.slice(0, 200) || `${name} ended with ${code} and said nothing`;

function runProgram(
  program: string,
  args: string[],
  longestMs: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { LC_ALL: 'C' }, cwd: '/' });
    let output = '';
    const keep = (chunk: Buffer) => {
      if (output.length < OUTPUT_BYTES) output += chunk.toString('latin1');
    };
    const kill = () => void child.kill('SIGKILL');
    const limit = clock.after(longestMs, kill);
    const finish = (end: ProgramEnd) => {
      limit.cancel();
      signal.removeEventListener('abort', kill);
      resolve(end);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => finish({ code: -1, output: error.message }));
    child.on('close', (code) => finish({ code: code ?? -1, output }));
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
  });
}
