// Everything that an agent measures besides gmond's default set, begun and ended
// together: groups of more metrics, Python modules, the executables of a folder.

import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { AgentOptions } from './agent-options.ts';
import { createCustomMetrics } from './custom/custom-metrics.ts';
import type { SampledGroup } from './default-groups.ts';
import { chooseMoreGroups, MORE_GROUP_WORDS, moreGroups } from './more-groups.ts';
import type { PythonModules } from './python-modules/python-modules.ts';
import type { ReadSpace } from './samplers/disk.ts';
import { listFolder, readTextFile } from './samplers/proc-reader.ts';
import type { MoreSources } from './send-loop.ts';

type MoreOptions = Pick<
  AgentOptions,
  'extraMetrics' | 'modules' | 'metricsDir' | 'stateDir' | 'confGroups' | 'profile' | 'intervalScale'
>;

// Where executables are looked for when no folder is named.
const FOLDER = 'metrics.d';
// A source that is slower to tell what it has is not offered to a gmond.conf.
const DISCOVERY_TIMEOUT_MS = 2000;

export function createMoreSources(
  deps: { clock: Clock; log: Logger; readSpace: ReadSpace },
  options: MoreOptions,
): MoreSources {
  const { clock, log } = deps;
  const intervalScale = options.intervalScale ?? 1;
  const reading = { clock, readText: readTextFile, readSpace: deps.readSpace, list: listFolder };
  const hasConf = options.confGroups !== undefined;
  const loaded: SampledGroup[] = [];
  let modules: PythonModules | undefined;
  let isStopped = false;
  let scripts: readonly SampledGroup[] = [];
  let chosen: readonly SampledGroup[] = [];
  let runAlways: (groups: readonly SampledGroup[]) => void = () => undefined;

  const custom = createCustomMetrics(
    {
      ...{ clock, log },
      changed(groups) {
        scripts = groups;
        runAlways([...chosen, ...scripts]);
      },
    },
    { folder: options.metricsDir ?? path.join(options.stateDir, FOLDER), intervalScale },
  );

  async function startModules(): Promise<void> {
    // Loaded only where there are any: most agents never start a process.
    const { createPythonModules } = await import('./python-modules/python-modules.ts');
    if (isStopped) return;
    modules = createPythonModules(
      { clock, log, loaded: (group) => void loaded.push(group) },
      { modules: options.modules, intervalScale },
    );
    await modules.start();
  }

  /** A gmond.conf names metrics, so it must be known before what there is. */
  async function discover(groups: readonly SampledGroup[]): Promise<readonly SampledGroup[]> {
    const answered = new AbortController();
    const late = clock.sleep(DISCOVERY_TIMEOUT_MS, answered.signal);
    const all = Promise.all(groups.map(({ sampler }) => sampler.read().catch(() => ({}))));
    await Promise.race([all, late]);
    answered.abort();
    return groups;
  }

  return {
    async start(always, wanted) {
      runAlways = always;
      const words = options.extraMetrics;
      const withDefaults = !hasConf && options.profile !== 'ganglia';
      const more = chooseMoreGroups(reading, { words, withDefaults, intervalScale });
      for (const word of more.unknown)
        log.warn('--extra-metrics: this group is not known', { word, known: MORE_GROUP_WORDS.join(', ') });
      chosen = more.groups;
      runAlways(chosen);
      const [named] = await Promise.all([
        wanted.length > 0 ? discover(moreGroups(reading, { intervalScale })) : [],
        options.modules.length > 0 ? startModules() : undefined,
        custom.start(),
      ]);
      return [...named, ...loaded];
    },
    async stop() {
      isStopped = true;
      await Promise.all([modules?.stop(), custom.stop()]);
    },
  };
}
