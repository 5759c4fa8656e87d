// Downtimes: fixed, flexible, triggered, overlapping, cancelled (§5.6).

import { expect, test } from 'vitest';
import { downtimeDepth } from '#checks/machine/downtime-window.ts';
import { lonelyService, MINUTE, Story } from './story.ts';

const depth = (story: Story): number => downtimeDepth(story.node.current.downtimes);
const HOUR = 60 * MINUTE;

test('a fixed downtime begins and ends on time, and is told of', () => {
  const story = new Story(lonelyService());
  expect(story.plan('1', 10, 70)).toEqual([]);
  story.look();
  expect([depth(story), story.lookInMinutes]).toEqual([0, 10]);
  expect(story.wait(10).look()).toEqual(['downtime 1 started', 'downtime_start #0 to *']);
  expect([depth(story), story.lookInMinutes]).toEqual([1, 60]);
  expect(story.wait(60).look()).toEqual(['downtime 1 ended', 'downtime_end #0 to *']);
  expect([depth(story), story.lookAtMs]).toEqual([0, null]);
});

test('one whose time has come begins as it is planned', () => {
  expect(new Story(lonelyService()).plan('1', -10, 50)).toEqual(['downtime 1 started', 'downtime_start #0 to *']);
});

test('one that is over is not planned any more', () => {
  const story = new Story(lonelyService());
  expect(story.plan('1', -60, -1)).toEqual(['downtime 1 expired']);
  expect(story.node.current.downtimes).toEqual([]);
});

test('planning the same downtime again changes nothing', () => {
  const story = new Story(lonelyService());
  story.plan('1', 0, 60);
  expect(story.plan('1', 0, 60)).toEqual([]);
  expect(depth(story)).toBe(1);
});

test('a flexible downtime begins with the first problem, soft or hard, and lasts as long as it says', () => {
  const story = new Story(lonelyService({ maxAttempts: 3 }));
  story.plan('1', 0, 60, { kind: 'flexible', durationMs: 2 * HOUR });
  expect(story.results('O')).toEqual([]);
  expect(story.wait(59).results('C')).toEqual(['downtime 1 started', 'downtime_start #0 to *', 'critical soft1']);
  story.results('CC');
  expect(story.wait(119).look()).toEqual([]);
  expect(story.wait(1).look()).toContain('downtime 1 ended');
});

test('a flexible downtime without a problem expires without a word', () => {
  const story = new Story(lonelyService());
  story.plan('1', 0, 60, { kind: 'flexible', durationMs: HOUR });
  expect(story.wait(60).results('C')).not.toContain('downtime 1 started');
  expect(story.look()).toContain('downtime 1 expired');
});

test('of overlapping downtimes only the outermost is told of', () => {
  const story = new Story(lonelyService());
  story.plan('1', 0, 60);
  expect(story.plan('2', 0, 30)).toEqual(['downtime 2 started', 'no downtime_start: downtime']);
  expect(depth(story)).toBe(2);
  expect(story.wait(30).look()).toEqual(['downtime 2 ended', 'no downtime_end: downtime']);
  expect(story.wait(30).look()).toEqual(['downtime 1 ended', 'downtime_end #0 to *']);
  expect(depth(story)).toBe(0);
});

test('a cancelled downtime is told of when it ran, and forgotten when it did not', () => {
  const story = new Story(lonelyService());
  story.plan('1', 0, 60);
  story.plan('2', 30, 60);
  expect(story.cancel('2')).toEqual(['downtime 2 cancelled']);
  expect(story.cancel('1')).toEqual(['downtime 1 cancelled', 'downtime_cancelled #0 to *']);
  expect(story.cancel('1')).toEqual([]);
  expect(depth(story)).toBe(0);
});

test('a triggered downtime begins and ends with the one that triggers it, and with no problem of its own', () => {
  const story = new Story(lonelyService());
  story.plan('2', 0, 60, { triggeredBy: '1', kind: 'flexible', durationMs: HOUR });
  story.results('C');
  expect(depth(story)).toBe(0);
  expect(story.follow('1', 'started')).toContain('downtime 2 started');
  expect(depth(story)).toBe(1);
  expect(story.follow('1', 'cancelled')).toContain('downtime 2 cancelled');
  expect(depth(story)).toBe(0);
});

test('a fixed triggered downtime does not begin by the clock', () => {
  const story = new Story(lonelyService());
  story.plan('2', 0, 60, { triggeredBy: '1' });
  expect(story.wait(10).look()).toEqual([]);
  story.follow('1', 'started');
  expect(story.wait(50).look()).toContain('downtime 2 ended');
});

test('what follows a downtime that is over already has expired', () => {
  const story = new Story(lonelyService());
  story.plan('2', 0, 60, { triggeredBy: '1' });
  expect(story.follow('1', 'ended')).toEqual(['downtime 2 expired']);
});

test('event handlers run in downtime', () => {
  const story = new Story(lonelyService());
  story.plan('1', 0, 60);
  expect(story.results('C')).toEqual(['no problem: downtime', 'critical hard1!']);
});
