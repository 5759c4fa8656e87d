// The English catalogue: every string of the console, by screen. Data (host names,
// output of checks) is never translated and so is never here.

import { availability } from './en/availability.ts';
import { configuration } from './en/configuration.ts';
import { checks } from './en/checks.ts';
import { downtime } from './en/downtime.ts';
import { graphs } from './en/graphs.ts';
import { grid, heat } from './en/grid.ts';
import { hosts } from './en/hosts.ts';
import { jobs } from './en/jobs.ts';
import { objects } from './en/objects.ts';
import { problems } from './en/problems.ts';
import { shared } from './en/shared.ts';
import { shell } from './en/shell.ts';
import { timeline } from './en/timeline.ts';

export const en = {
  ...shared,
  ...shell,
  problems,
  hosts,
  grid,
  heat,
  checks,
  objects,
  downtime,
  availability,
  graphs,
  timeline,
  jobs,
  configuration,
} as const;
