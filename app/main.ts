// The `plexus` command.

import { Command } from 'commander';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { ApplyOptions, ImportOptions } from './commands/objects.ts';
import { VERSION } from './version.ts';

// Documented in docs/cli.md: 0 done, 1 failed, 2 wrong settings or arguments, port or home taken.
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const USAGE_CODES = ['bad_settings', 'port_taken', 'home_held', 'bad_arguments'];

const program = new Command('plexus')
  .description('Monitoring-first operations suite: sense, judge, act, verify as one loop.')
  .version(VERSION)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE));

// Each command loads only what it needs: `plexus agent` must not carry the server.
program
  .command('up')
  .description('start the server with every role, and the agent for this machine')
  .option('--roles <list>', 'comma list of collector, checker, alerter, worker, gateway, web')
  .action(async (options: { roles?: string }) => (await import('./commands/up.ts')).up(options));

program
  .command('agent')
  .description('run the agent alone on this machine')
  .allowUnknownOption()
  .allowExcessArguments()
  .helpOption(false)
  .action(async (_options: unknown, command: Command) =>
    (await import('./agent-program.ts')).runAgentProgram(command.args),
  );

program
  .command('gmetric')
  .description("announce one metric as Ganglia's gmetric does, with its options")
  .allowUnknownOption()
  .allowExcessArguments()
  .helpOption(false)
  .action(async (_options: unknown, command: Command) => (await import('./commands/gmetric.ts')).gmetric(command.args));

program
  .command('demo')
  .description('a simulated fleet with a service that breaks, and a reflex that heals it; home and ports of its own')
  .option('--hosts <count>', 'hosts in all', '36')
  .option('--home <dir>', 'where everything is kept; wiped at the start', '.plexus-demo')
  .option('--keep', 'go on with the home of the last demo')
  .action(async (options: { hosts: string; home: string; keep?: true }) =>
    (await import('./commands/demo.ts')).demo(options),
  );

program
  .command('simulate')
  .description('virtual hosts in one process: real packets, keys, connections and journals')
  .option('--send <host:port>', 'where metric packets go', '127.0.0.1:8649')
  .option('--join <token>', 'join token with as many uses as hosts; without it there are metrics only')
  .option('--hosts <count>', 'hosts in all', '30')
  .option('--clusters <list>', 'comma list of name=host:port; default: one cluster "web" at --send')
  .option('--metrics <count>', 'extra metrics per host', '0')
  .option('--interval <sec>', 'seconds between values', '5')
  .option('--state-dir <dir>', 'where keys and journals are kept', '.plexus-simulate')
  .action(async (options: Record<string, string>) => (await import('./commands/simulate.ts')).simulate(options));

const user = program.command('user').description('people who may log in');
user
  .command('reset-password')
  .argument('<login>')
  .description('set a new password (from standard input, or a made-up one that is printed) and end all sessions')
  .action(async (login: string) => (await import('./commands/user.ts')).resetPassword(login));

const influx = program.command('influx').description('the InfluxDB of the settings');
influx
  .command('setup')
  .description('make database or bucket, retention and roll-ups; done twice it changes nothing')
  .option('--raw-days <days>', 'how long samples stay before only roll-ups are left', '14')
  .action(async (options: { rawDays: string }) => (await import('./commands/influx.ts')).influxSetup(options));

const imports = program.command('import').description('what is taken from the configuration that a site has');
imports
  .command('gmetad-conf')
  .argument('<file>')
  .description('a gmetad.conf, line by line; changes nothing; exit code 1 when a line is wrong')
  .action(async (file: string) => (await import('./commands/import.ts')).reportGmetadConf(file));

imports
  .command('nagios')
  .argument('<file>', 'the main file, such as /etc/nagios4/nagios.cfg')
  .option('--dry-run', 'only say what would be taken, changed and skipped')
  .option('--accept-rest', 'take the good rest when there are errors')
  .option('--set <name>', 'name of the set of objects; default: nagios:FILE')
  .option('--cluster <name>', 'in which its hosts are looked up and made')
  .option('-o, --output <format>', 'text or json', 'text')
  .description('hosts, services and the rest of a Nagios configuration; exit code 1 when there are errors')
  .action(async (file: string, options: ImportOptions) =>
    (await import('./commands/objects.ts')).importNagios(file, options),
  );

const documents = (name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .requiredOption('-f, --file <path...>', 'YAML files, or folders with them')
    .option('--set <name>', 'name of the set of objects', 'apply:site')
    .option('--cluster <name>', 'in which its hosts are looked up and made')
    .option('--prune', 'objects of the set that are not in the files are deleted')
    .option('-o, --output <format>', 'text or json', 'text');
documents('apply', 'make monitoring objects what the documents say; all or nothing')
  .option('--dry-run', 'only say what would change')
  .action(async (options: ApplyOptions) => (await import('./commands/objects.ts')).applyFiles(options));
documents('diff', 'what apply would create, change and delete; exit code 2 when that is anything').action(
  async (options: ApplyOptions) => (await import('./commands/objects.ts')).diffFiles(options),
);

program
  .command('export')
  .option('--set <name>', 'name of the set of objects', 'apply:site')
  .description('the documents of a set, as YAML that applies back to the same')
  .action(async (options: { set: string }) => (await import('./commands/objects.ts')).exportSet(options.set));

program
  .command('facts')
  .argument('<host>', 'name or id')
  .option('-o, --output <format>', 'text or json', 'text')
  .option('--source', 'also where each fact comes from')
  .description('what the agent of a host told of it last; asks the running server with PLEXUS_API_TOKEN')
  .action(async (host: string, options: { output: string; source?: true }) =>
    (await import('./commands/facts.ts')).showFacts(host, options),
  );

program
  .command('audit')
  .description('check that the audit trail is whole')
  .action(async () => (await import('./commands/audit.ts')).checkAuditTrail());

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof AppError) {
    process.stderr.write(`plexus: ${error.message}\n`);
    if (error.cause !== undefined && !USAGE_CODES.includes(error.code))
      process.stderr.write(`  because: ${String(errorFields(error.cause)['error'])}\n`);
    process.exit(USAGE_CODES.includes(error.code) ? EXIT_USAGE : EXIT_FAILED);
  }
  throw error;
}
