// $MACROS$ in the settings of network checks. A value goes into a single field, never
// into a command line, so it needs no quoting; a macro that does not exist is empty.

import type { CheckTarget } from './check-kind.ts';

const MACRO = /\$([A-Z_][\w:.,-]*)\$/gi;

/** `$$` stays one dollar, as in Nagios commands (spec §1.6). */
export const fillMacros = (text: string, target: Pick<CheckTarget, 'macro'>): string =>
  text.includes('$')
    ? text
        .split('$$')
        .map((part) => part.replaceAll(MACRO, (_, name: string) => target.macro(name) ?? ''))
        .join('$')
    : text;
