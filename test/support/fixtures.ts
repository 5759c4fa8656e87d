// Where the recorded captures are: PLEXUS_FIXTURES, or the copy in this tree.

import { readFileSync } from 'node:fs';
import path from 'node:path';

/** False when other captures of the same layout are put to the tests. */
export const isOwnCopy = process.env['PLEXUS_FIXTURES'] === undefined;

const root = process.env['PLEXUS_FIXTURES'] ?? path.join(import.meta.dirname, '..', 'fixtures');

export const fixturePath = (...parts: string[]): string => path.join(root, ...parts);

export const readFixture = (...parts: string[]): string => readFileSync(fixturePath(...parts), 'utf8');

/** One JSON object per line. */
export const readJsonLines = <Row>(...parts: string[]): Row[] =>
  readFixture(...parts)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);

export const readFixtureBytes = (...parts: string[]): Buffer => readFileSync(fixturePath(...parts));
