// What happens although no result comes (§12.4).

import { describe, expect, test } from 'vitest';
import { lonelyService, MINUTE, Story } from './story.ts';
import { siteWith } from './site-nodes.ts';

const hourly = { isEnabled: true, period: null, options: null, intervalSec: 3600, firstDelaySec: 0 };

test('where all is well nothing is due', () => {
  const service = lonelyService();
  const story = new Story(service);
  story.results('O');
  const before = service.current;
  expect(story.look()).toEqual([]);
  expect(story.lookAtMs).toBeNull();
  expect(service.current).toBe(before);
});

test('a problem is told again on time although its check is slow', () => {
  const story = new Story(lonelyService({ notifications: hourly }));
  story.results('C');
  story.look();
  expect(story.lookInMinutes).toBe(60);
  expect(story.wait(59.9).look()).toEqual([]);
  expect(story.wait(0.1).look()).toEqual(['problem #2 to *']);
  expect(story.lookInMinutes).toBe(60);
});

test('asking again at the same instant changes nothing', () => {
  const service = lonelyService({ notifications: hourly });
  const story = new Story(service);
  story.results('C');
  story.wait(60).look();
  const once = service.current;
  expect(story.look()).toEqual([]);
  expect(service.current).toEqual(once);
});

test('a problem told once is not asked about any more', () => {
  const story = new Story(lonelyService());
  story.results('C');
  story.look();
  expect(story.lookAtMs).toBeNull();
});

describe('a problem that was held back is told', () => {
  test('when its downtime ends', () => {
    const story = new Story(lonelyService());
    story.plan('1', 0, 30);
    expect(story.results('C')).toContain('no problem: downtime');
    story.look();
    expect(story.lookInMinutes).toBe(30);
    expect(story.wait(30).look()).toEqual(['downtime 1 ended', 'downtime_end #0 to *', 'problem #1 to *']);
  });

  test('when its downtime is cancelled', () => {
    const story = new Story(lonelyService());
    story.plan('1', 0, 30);
    story.results('C');
    story.cancel('1');
    expect(story.look()).toEqual(['problem #1 to *']);
  });

  test('when its acknowledgement expires', () => {
    const story = new Story(lonelyService({ maxAttempts: 2 }));
    story.results('C');
    story.acknowledge({ expiresAtMs: story.nowMs + 15 * MINUTE });
    story.results('C');
    story.look();
    expect(story.lookInMinutes).toBe(15);
    expect(story.wait(15).look()).toEqual(['acknowledgement expired', 'problem #1 to *']);
  });

  test('when its host is back, within a minute', () => {
    const service = lonelyService();
    const { host } = service;
    host.current = { ...host.current, state: 'down' };
    const story = new Story(service);
    story.results('C');
    story.look();
    expect(story.lookInMinutes).toBe(1);
    host.current = { ...host.current, state: 'up' };
    expect(story.wait(1).look()).toEqual(['problem #1 to *']);
  });

  test('when its period begins, within a minute', () => {
    let isOpen = false;
    const service = lonelyService({ notifications: { ...hourly, period: 'office' } });
    service.site = siteWith({}, () => isOpen);
    const story = new Story(service);
    story.results('C');
    story.look();
    expect(story.lookInMinutes).toBe(1);
    isOpen = true;
    expect(story.wait(1).look()).toEqual(['problem #1 to *']);
  });
});

test('the downtime of a host is asked about each minute, since it may be cancelled', () => {
  const service = lonelyService();
  new Story(service.host).plan('1', 0, 60);
  const story = new Story(service);
  story.results('C');
  story.look();
  expect(story.lookInMinutes).toBe(1);
});

test('soft problems wait for results alone', () => {
  const story = new Story(lonelyService({ maxAttempts: 3 }));
  story.results('C');
  expect(story.look()).toEqual([]);
  expect(story.lookAtMs).toBeNull();
});
