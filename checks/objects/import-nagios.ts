// A Nagios configuration tree that was read → its objects, what they come to, and the report.
// Pure: nothing is stored here.

import type { NagiosTree } from '#wire/nagios-config-tree.ts';
import { compileSite } from './compile-site.ts';
import type { CompiledSite } from './compiled-site.ts';
import { reportImport, type ImportReport } from './import-report.ts';
import type { MonitoringObject } from './monitoring-object.ts';
import { directiveNotes, settingNotes } from './nagios-features.ts';
import { readNagiosObjects } from './nagios-objects.ts';
import { createProblemList } from './object-problems.ts';
import { preflightWarnings } from './preflight-warnings.ts';
import { resolveSite } from './resolve-site.ts';
import type { ResolvedSite } from './resolved-site.ts';
import { readSiteSettings, type SiteSettings } from './site-settings.ts';

export interface ImportedSite {
  objects: MonitoringObject[];
  settings: SiteSettings;
  /** `USER1` → value; may hold passwords, and is not in the report. */
  resources: ReadonlyMap<string, string>;
  resolved: ResolvedSite;
  compiled: CompiledSite;
  report: ImportReport;
}

export function importNagios(tree: NagiosTree): ImportedSite {
  const settings = readSiteSettings(tree.settings);
  const problems = createProblemList();
  const objects = readNagiosObjects(tree.objects, settings, problems);
  const resolved = resolveSite(objects, { ...settings, inventory: [] });
  const compiled = compileSite(resolved, settings);
  const report = reportImport({
    objects,
    compiled,
    fileProblems: tree.problems,
    objectProblems: [...problems.found, ...resolved.problems, ...compiled.problems, ...preflightWarnings(resolved)],
    features: directiveNotes(objects),
    settings: settingNotes(tree.settings),
  });
  return { objects, settings, resources: tree.resources, resolved, compiled, report };
}
