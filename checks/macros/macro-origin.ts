// Where the value of a macro comes from, by its name: whoever writes the configuration
// may write several arguments into one macro; a plugin, a person or the network may not.

/** `$ARG3$` → 3; undefined for any other name. */
export function argumentNumber(name: string): number | undefined {
  const number = /^ARG(\d{1,2})$/.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Written in the configuration as a piece of a command: arguments, resources, custom variables. */
export const isConfiguredMacro = (name: string): boolean => /^(?:ARG\d{1,2}|USER\d{1,3})$/.test(name) || isCustom(name);

const isCustom = (name: string): boolean => /^_(?:HOST|SERVICE|CONTACT)[A-Za-z0-9_]/.test(name);

/** Resources are the secrets of a Nagios configuration; of custom variables, those that say so in their name. */
export const isSecretMacro = (name: string): boolean =>
  /^USER\d{1,3}$/.test(name) ||
  (isCustom(name) && /PASS|PWD|SECRET|TOKEN|COMMUNITY|CREDENTIAL|PRIVATE|API_?KEY/i.test(name));

/** Cleaned of `illegal_macro_output_chars` before use. Source: init_macros of Nagios Core; persons' comments as well. */
export const isOutputMacro = (name: string): boolean =>
  /^(?:(?:LONG)?(?:HOST|SERVICE)OUTPUT|(?:HOST|SERVICE)(?:PERFDATA|ACKAUTHOR|ACKCOMMENT)|NOTIFICATION(?:AUTHOR|AUTHORNAME|AUTHORALIAS|COMMENT))(?::|$)/.test(
    name,
  );
