// Where an agent keeps its identity; apart from it, so that one that has none need not
// load what keys take.

import { existsSync } from 'node:fs';
import path from 'node:path';

export const identityFile = (stateDir: string): string => path.join(stateDir, 'identity.json');

export const hasIdentity = (stateDir: string): boolean => existsSync(identityFile(stateDir));
