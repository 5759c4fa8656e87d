// The version of this Plexus, as package.json says it.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from './console-build.ts';

const manifest: { version: string } = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8'));

export const VERSION = manifest.version;
