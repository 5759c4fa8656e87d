// What the host's owner lets the server ask: `policy.json` in the state directory,
// first match decides. The server cannot change it; a file that cannot be read
// refuses everything, since whoever wrote it wanted a limit.

import path from 'node:path';
import { decodeJson, listOf, object, oneOf, text, type ValueOf } from '#wire/json-shape.ts';
import { readIfThere } from './durable-file.ts';

const shape = object({
  rules: listOf(
    object({ effect: oneOf('allow', 'deny'), actions: listOf(text(64), 100) }, { by: listOf(text(256), 100) }),
    200,
  ),
});
type Rules = ValueOf<typeof shape>['rules'];

interface PolicyDecision {
  allowed: boolean;
  /** Which rule decided, for the answer to the server. */
  rule: string;
}

type Policy = (request: { action: string; requestedBy: string }) => PolicyDecision;

/** Read anew for each request, so that an edit counts at once. */
export function readPolicy(stateDir: string): Policy {
  const content = readIfThere(path.join(stateDir, 'policy.json'));
  if (content === undefined) return () => ({ allowed: true, rule: 'no policy file' });
  const decoded = decodeJson(shape, content);
  return decoded.ok
    ? (request) => decidePolicy(decoded.value.rules, request)
    : () => ({ allowed: false, rule: `policy.json cannot be read: ${decoded.reason}` });
}

/** `*` at the end of a name matches any rest. No rule matching means no. */
export function decidePolicy(rules: Rules, request: { action: string; requestedBy: string }): PolicyDecision {
  const index = rules.findIndex(
    (rule) =>
      rule.actions.some((pattern) => matches(pattern, request.action)) &&
      (rule.by === undefined || rule.by.some((pattern) => matches(pattern, request.requestedBy))),
  );
  const rule = rules[index];
  if (!rule) return { allowed: false, rule: 'no rule of policy.json allows it' };
  return { allowed: rule.effect === 'allow', rule: `rule ${index + 1} of policy.json` };
}

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
