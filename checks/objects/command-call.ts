// `check_command name!arg1!arg2`: the name and the arguments of a call. Source: spec §1.6.

/** Up to the first `!`. */
export const commandName = (call: string): string => {
  const bang = call.indexOf('!');
  return (bang < 0 ? call : call.slice(0, bang)).trim();
};

/** $ARG1$ to $ARG32$; a literal `!` is written `\!`. */
export function commandArguments(call: string): string[] {
  const bang = call.indexOf('!');
  if (bang < 0) return [];
  const parts: string[] = [''];
  for (let at = bang + 1; at < call.length; at++) {
    const character = call.charAt(at);
    if (character === '\\' && call.charAt(at + 1) === '!') {
      parts[parts.length - 1] += '!';
      at++;
    } else if (character === '!') parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.slice(0, MOST_ARGUMENTS);
}

const MOST_ARGUMENTS = 32;
