// $MACROS$ in the settings of network checks. A value goes into a single field, never
// into a command line, so it needs no quoting; a macro that does not exist is empty.

import { expandMacros } from '../macros/expand-macros.ts';
import type { CheckTarget } from './check-kind.ts';

export const fillMacros = (text: string, target: Pick<CheckTarget, 'macro'>): string =>
  text.includes('$') ? expandMacros(text, (name) => target.macro(name)).text : text;
