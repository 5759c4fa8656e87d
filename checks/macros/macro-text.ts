// Text with $MACROS$ in it, cut into plain text and names. A value never goes through
// here again, so that what a plugin printed cannot name a macro.

type MacroPart = string | { macro: string };

/**
 * `$NAME$`, `$NAME:argument$` or `$$`, leftmost first. Where Nagios takes every pair of dollars for a macro, only what
 * can be a name is one here: `costs $5, see $HOSTNAME$` keeps its five dollars and still has its host.
 */
const MACRO = /\$(?:([A-Z_][A-Za-z0-9_]*(?::[^$]*)?))?\$/g;

/** Text parts are as they will stand: `$$` is one dollar, and a dollar that belongs to no macro is itself. */
export function parseMacroText(text: string): MacroPart[] {
  const parts: MacroPart[] = [];
  let at = 0;
  for (const match of text.matchAll(MACRO)) {
    const before = text.slice(at, match.index);
    const [whole, macro] = match;
    if (macro === undefined) parts.push(`${before}$`);
    else parts.push(...(before === '' ? [] : [before]), { macro });
    at = match.index + whole.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}
