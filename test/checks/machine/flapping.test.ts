// Flapping in numbers that a real Nagios printed (spec §3.5), and what it silences.

import { expect, test } from 'vitest';
import { changePercent, decideFlapping, quietHistory, recordState } from '#checks/machine/flapping.ts';
import type { FlapWeights } from '#checks/machine/settings.ts';
import { contactNamed, siteWith } from './site-nodes.ts';
import { lonelyService, Story } from './story.ts';

const percents = (codes: string, weights?: FlapWeights): string[] => {
  let history = quietHistory();
  return [...codes].map((code) => {
    history = recordState(history, Number(code));
    return changePercent(history, weights).toFixed(2);
  });
};

const cases: [string, string, string[]][] = [
  ['a quiet service', '000', ['0.00', '0.00', '0.00']],
  ['one change fades as it ages', '222', ['6.25', '6.12', '5.99']],
  ['alternation adds up', '202020', ['6.25', '12.37', '18.36', '24.21', '29.93', '35.53']],
  ['a change is forgotten after twenty more results', '2'.repeat(21), expect.arrayContaining(['3.75', '0.00'])],
];
test.each(cases)('%s', (_, codes, expected) => {
  expect(percents(codes)).toEqual(expected);
});

test('restless without end is a hundred percent, 99 in the weights of Icinga 2', () => {
  expect(percents('20'.repeat(15)).at(-1)).toBe('100.00');
  expect(percents('20'.repeat(15), 'icinga').at(-1)).toBe('99.00');
  expect(percents('2', 'icinga')).toEqual(['5.90']);
});

const LIMITS = { isEnabled: true, lowPercent: 20, highPercent: 30 };
const verdicts: [string, boolean, number, boolean][] = [
  ['starts at the high threshold', false, 30, true],
  ['does not start just below it', false, 29.99, false],
  ['stays in between', true, 20.01, true],
  ['stays away in between', false, 25, false],
  ['stops at the low threshold', true, 20, false],
];
test.each(verdicts)('flapping %s', (_, was, percent, is) => {
  expect(decideFlapping(was, percent, LIMITS)).toBe(is);
});

test('soft problems are seen with the weights of Icinga 2 only', () => {
  const seen = (flapWeights: FlapWeights): string => {
    const service = lonelyService({ maxAttempts: 3 });
    service.site = siteWith({ flapWeights });
    new Story(service).results('COCO');
    return service.current.history.slice(-4);
  };
  expect([seen('nagios'), seen('icinga')]).toEqual(['0000', '2020']);
});

test('states that are not looked at leave no trace', () => {
  const service = lonelyService({ flap: { isEnabled: true, lowPercent: 20, highPercent: 30, states: ['ok'] } });
  new Story(service).results('COCOCO');
  expect(service.current.history).toBe(quietHistory());
});

test('the sixth change starts it: that is told, the recovery itself is not', () => {
  const story = new Story(lonelyService());
  story.results('COCOC');
  expect(story.results('O')).toEqual([
    'flapping started at 35.5',
    'flapping_start #1 to *',
    'no recovery: flapping',
    'ok hard1!',
  ]);
});

test('a contact who does not hear of flapping gets the recovery when it stops', () => {
  const service = lonelyService();
  service.contacts = [contactNamed('all'), contactNamed('terse', { options: ['critical', 'recovery'] })];
  const story = new Story(service);
  story.results('COCOCO');
  expect(story.results('O'.repeat(16))).toEqual([
    'flapping stopped at 15.8',
    'flapping_stop #0 to all',
    'recovery #0 to terse',
  ]);
});

test('a problem that is still there when flapping stops is told then', () => {
  const story = new Story(lonelyService());
  story.results('COCOCOC');
  expect(story.results('C'.repeat(16))).toEqual([
    'flapping stopped at 15.8',
    'flapping_stop #0 to *',
    'problem #1 to *',
  ]);
});

test('switching detection off ends flapping at the next look, without a result', () => {
  const service = lonelyService();
  const story = new Story(service);
  story.results('COCOCO');
  service.settings = { ...service.settings, flap: { ...service.settings.flap, isEnabled: false } };
  expect(story.look()).toEqual(['flapping disabled at 35.5', 'flapping_disabled #0 to *']);
});
