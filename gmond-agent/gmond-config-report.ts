// What becomes of each option of a gmond.conf when Plexus takes gmond's place: taken,
// taken differently, not needed or not supported, and why.

import { findingText, type ConfFinding } from '#wire/gmond-conf.ts';
import type { GivenOption, GmondConfig, ModuleSection, ReadConfig } from './gmond-config.ts';
import type { PlannedGroups } from './gmond-config-groups.ts';

export type Verdict = 'taken' | 'taken differently' | 'not needed' | 'not supported';

export interface MigrationNote {
  file: string;
  line: number;
  option: string;
  value: string;
  verdict: Verdict;
  /** '' when there is nothing to add. */
  why: string;
}

export interface MigrationReport {
  notes: MigrationNote[];
  findings: ConfFinding[];
  /** Every line of the file could be read, and what has no counterpart here changes nothing that is sent or shown. */
  isWhole: boolean;
}

type Judgement = readonly [Verdict, string];

const TAKEN: Judgement = ['taken', ''];

const FIXED: Readonly<Record<string, Judgement>> = {
  'globals.daemonize': ['not needed', 'the agent stays in the foreground; a service manager keeps it running'],
  'globals.setuid': ['not needed', 'the service manager starts it as the right user'],
  'globals.user': ['not needed', 'name it in the service unit: User='],
  'globals.module_dir': ['not needed', 'C modules are not loaded; their metrics are built in'],
  'globals.cleanup_threshold': ['taken differently', 'what has expired disappears at once, not at the next clean-up'],
  'tcp_accept_channel.interface': ['not needed', 'gmond does nothing with it either'],
  'udp_recv_channel.buffer': ['taken', 'what the system grants is checked'],
};

// Modules that come with gmond, whose metrics our samplers have.
const BUILT_IN = ['core_metrics', 'cpu_module', 'disk_module', 'load_module', 'mem_module', 'net_module'].concat([
  'proc_module',
  'sys_module',
]);

export function migrationReport(read: ReadConfig, unmatched: PlannedGroups['unmatched'] = []): MigrationReport {
  const modules = new Map(read.config.modules.map((one) => [one.name, one]));
  const options = read.given.map((given) => note(given, judge(given, read.config, modules)));
  const metrics = unmatched.map(({ at, asked, why }): MigrationNote => ({
    ...{ file: at.file, line: at.line, option: 'collection_group.metric', value: asked },
    ...{ verdict: 'not supported', why },
  }));
  const notes = [...options, ...metrics];
  return { notes, findings: read.findings, isWhole: !read.findings.some(({ kind }) => kind === 'wrong') };
}

const note = ({ section, name, value, at }: GivenOption, [verdict, why]: Judgement): MigrationNote => ({
  ...{ file: at.file, line: at.line, option: `${section}.${name}`, value: shown(value), verdict, why },
});

const shown = (value: GivenOption['value']): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

function judge(given: GivenOption, config: GmondConfig, modules: ReadonlyMap<string, ModuleSection>): Judgement {
  const option = `${given.section}.${given.name}`;
  const fixed = FIXED[option];
  if (fixed) return fixed;
  if (given.section === 'sflow') return ['not supported', 'sFlow datagrams are not read'];
  if (option === 'modules.module.name') return judgeModule(modules.get(String(given.value)));
  if (given.section.startsWith('modules.')) return ['taken', 'as its module is'];
  if (given.section === 'cluster' && config.deaf)
    return ['not needed', 'only a gmond that shows the cluster says so; this one is deaf'];
  if (/^(udp_recv|tcp_accept)_channel/.test(given.section) && config.deaf) return ['not needed', 'globals.deaf = yes'];
  if (given.section.startsWith('collection_group') && config.mute) return ['not needed', 'nothing is sent: mute'];
  return judgeValue(option, given, config);
}

function judgeValue(option: string, { value }: GivenOption, config: GmondConfig): Judgement {
  switch (option) {
    case 'globals.debug_level':
      return Number(value) > 0 ? ['taken differently', 'more is logged; the levels are one'] : TAKEN;
    case 'globals.override_hostname':
      return value === '' ? ['taken differently', 'empty: the host keeps its own name'] : TAKEN;
    case 'globals.override_ip':
      return config.overrideHostname === undefined
        ? ['not needed', 'without override_hostname gmond ignores it']
        : TAKEN;
    case 'globals.tags':
      return ['taken', 'for this host alone, and told to Plexus collectors; gmond shows its own tags for every host'];
    case 'tcp_accept_channel.timeout':
      return ['taken differently', 'a client that takes nothing for 10 s is cut off; it delays nobody meanwhile'];
    case 'udp_send_channel.host':
      return ['taken', 'a name is looked up again every 5 minutes'];
    case 'udp_recv_channel.retry_bind':
      return value === true ? ['taken', 'a port that is taken is tried again every 60 s'] : TAKEN;
    default:
      return TAKEN;
  }
}

function judgeModule(module: ModuleSection | undefined): Judgement {
  if (module === undefined || !module.enabled) return ['not needed', 'it is switched off'];
  const language = module.language.toLowerCase();
  if (language === 'python') return ['taken differently', 'runs in a process of its own, under Python 3'];
  if (language === 'perl') return ['not supported', 'Perl modules are not run; call plexus gmetric from the script'];
  if (module.name === 'python_module') return ['taken', 'params is the folder of the Python modules'];
  if (BUILT_IN.includes(module.name)) return ['not needed', 'its metrics are built in'];
  return ['not supported', 'C modules are not loaded, and this is none of those that come with gmond'];
}

/** For people: what is wrong first, then one line an option, in the file's order. */
export function reportText({ notes, findings, isWhole }: MigrationReport): string {
  const lines = notes.map(
    ({ file, line, option, value, verdict, why }) =>
      `${file}:${line} ${option} = ${JSON.stringify(value)}: ${verdict}${why === '' ? '' : `; ${why}`}`,
  );
  const count = (verdict: Verdict) => notes.filter((one) => one.verdict === verdict).length;
  const summary =
    `${notes.length} options: ${count('taken')} taken, ${count('taken differently')} taken differently, ` +
    `${count('not needed')} not needed, ${count('not supported')} not supported. ` +
    (isWhole ? 'Nothing in the file is wrong.' : 'Lines of the file are wrong; see the top.');
  return [...findings.map(findingText), ...lines, summary].map((line) => `${line}\n`).join('');
}
