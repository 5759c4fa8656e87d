// A value of a YAML document → the text of its directive: lists with commas, durations with
// their unit, on and off as 1 and 0.

import type { DirectiveDefinition } from './directive-table.ts';
import { readIntervalSec } from './directive-value.ts';
import type { YamlNode } from './yaml-node.ts';

/** `null` of YAML is the word null, which ends inheritance. */
export function directiveText(definition: DirectiveDefinition, node: YamlNode): string | { accepted: string } {
  if (node.is === 'plain' && node.value === null) return 'null';
  switch (definition.kind) {
    case 'list':
      return definition.refersTo === 'service' && node.is === 'list' ? servicePairs(node.items) : commaList(node);
    case 'options':
      return commaList(node);
    case 'interval':
      return durationText(node, (sec) => `${sec}s`);
    case 'seconds':
      return durationText(node, String);
    case 'flag':
      return node.is === 'plain' && typeof node.value === 'boolean'
        ? node.value
          ? '1'
          : '0'
        : { accepted: 'true or false' };
    case 'text':
    case 'reference':
    case 'integer':
    case 'decimal':
    case 'state':
    case 'command':
    case 'coordinates':
      return node.is === 'plain' ? String(node.value) : { accepted: 'a single value' };
    default:
      return definition.kind satisfies never;
  }
}

function commaList(node: YamlNode): string | { accepted: string } {
  const items = node.is === 'list' ? node.items : [node];
  const texts = items.map((item) => (item.is === 'plain' && item.value !== null ? String(item.value) : undefined));
  const good = texts.filter((text) => text !== undefined && (node.is === 'plain' || !text.includes(',')));
  return good.length === texts.length ? good.join(',') : { accepted: 'a list of names, or names with commas between' };
}

/** `[{host: web-1, service: http}]`, or names alone where one host is meant. */
function servicePairs(items: readonly YamlNode[]): string | { accepted: string } {
  const accepted = { accepted: 'a list of {host, service}, or of names' };
  const texts = items.map((item) => {
    if (item.is === 'plain' && item.value !== null) return String(item.value);
    if (item.is !== 'map') return undefined;
    const of = (key: string): unknown => item.entries.find((entry) => entry.key === key)?.value.toPlain();
    const [host, service] = [of('host'), of('service')];
    return typeof host === 'string' && typeof service === 'string' ? `${host},${service}` : undefined;
  });
  const good = texts.filter((text) => text !== undefined);
  return good.length === texts.length ? good.join(',') : accepted;
}

/** A number counts in seconds. */
function durationText(node: YamlNode, write: (sec: number) => string): string | { accepted: string } {
  const accepted = { accepted: 'a number of seconds, or a text such as 30s, 5m or 1h' };
  if (node.is !== 'plain') return accepted;
  const isWhole = /^\d+(?:\.\d+)?\s*[smhd]?$/.test(String(node.value));
  const sec = isWhole ? readIntervalSec(String(node.value)) : undefined;
  return sec === undefined ? accepted : write(sec);
}

/** `name!arg!arg`, as check_command holds it. */
export const commandCall = (command: string, args: readonly string[]): string =>
  [command, ...args.map((argument) => argument.replaceAll('!', String.raw`\!`))].join('!');
