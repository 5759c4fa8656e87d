// Reads `check_command`: the name of a command and its arguments, apart by `!`.

/** As many as Nagios has macros for. */
const MAX_ARGUMENTS = 32;

interface CheckCommand {
  command: string;
  /** Macros in them are not filled in yet. At most 32; further ones are dropped, as in Nagios. */
  args: string[];
}

/** A literal `!` is written `\!`; every other backslash stands for itself. Source: base/utils.c, get_raw_command_line_r. */
export function parseCheckCommand(text: string): CheckCommand {
  const [command = '', ...args] = text.split(/(?<!\\)!/);
  return {
    command: command.trim(),
    args: args.slice(0, MAX_ARGUMENTS).map((argument) => argument.replaceAll('\\!', '!')),
  };
}
