// Acknowledgements and words by hand (§5.5, §6).

import { describe, expect, test } from 'vitest';
import { delayNotification, setNotificationNumber } from '#checks/machine/operator.ts';
import { contactNamed } from './site-nodes.ts';
import { lonelyService, MINUTE, Story } from './story.ts';

describe('an acknowledgement', () => {
  const acknowledged = (isSticky: boolean): Story => {
    const story = new Story(lonelyService());
    story.results('C');
    story.acknowledge({ isSticky });
    return story;
  };

  test('of a service that is well is no acknowledgement', () => {
    expect(new Story(lonelyService()).acknowledge()).toEqual([]);
  });

  test('ends with any change of state', () => {
    expect(acknowledged(false).results('W')).toEqual(['acknowledgement changed', 'problem #2 to *', 'warning hard1!']);
  });

  test('that is sticky ends only when all is well', () => {
    const story = acknowledged(true);
    expect(story.results('W')).toEqual(['no problem: acknowledged', 'warning hard1!']);
    expect(story.results('O')).toEqual(['acknowledgement recovered', 'recovery #1 to *', 'ok hard1!']);
  });

  test('stays when a soft problem turns hard', () => {
    const story = new Story(lonelyService({ maxAttempts: 2 }));
    story.results('C');
    story.acknowledge();
    story.results('C');
    expect(story.node.current.acknowledgement).not.toBeNull();
  });

  test('that expired is no more at the next result', () => {
    const story = new Story(lonelyService());
    story.results('C');
    story.acknowledge({ expiresAtMs: story.nowMs + MINUTE });
    expect(story.wait(1).results('C')).toContain('acknowledgement expired');
  });

  test('can be taken back, once', () => {
    const story = acknowledged(true);
    expect(story.removeAcknowledgement()).toEqual(['acknowledgement removed']);
    expect(story.removeAcknowledgement()).toEqual([]);
  });
});

describe('a word by hand', () => {
  test('goes to the contacts, and leaves the number as it is', () => {
    const story = new Story(lonelyService());
    expect(story.custom()).toEqual(['custom #0 to *']);
    expect(story.custom({ increments: true })).toEqual(['custom #1 to *']);
  });

  test('is not said in downtime, unless it is forced', () => {
    const story = new Story(lonelyService());
    story.plan('1', 0, 60);
    expect(story.custom()).toEqual(['no custom: downtime']);
    expect(story.custom({ isForced: true })).toEqual(['custom #0 to *']);
  });

  test('to everybody reaches those of escalations too, and forced also who sleeps', () => {
    const service = lonelyService();
    service.contacts = [contactNamed('ops'), contactNamed('off', { isEnabled: false })];
    const contacts = [contactNamed('boss')];
    service.escalations = [{ first: 5, last: 0, intervalSec: null, period: null, options: null, contacts }];
    const story = new Story(service);
    expect(story.custom({ isBroadcast: true })).toEqual(['custom #0 to ops,boss']);
    expect(story.custom({ isBroadcast: true, isForced: true })).toEqual(['custom #0 to ops,off,boss']);
  });
});

test('a delayed notification waits until then, and escalations count from a number that was set', () => {
  const service = lonelyService({
    notifications: { isEnabled: true, period: null, options: null, intervalSec: 60, firstDelaySec: 0 },
  });
  const story = new Story(service);
  story.results('C');
  service.current = setNotificationNumber(delayNotification(service.current, story.nowMs + 30 * MINUTE), 7);
  expect(story.wait(29).results('C')).toEqual([]);
  expect(story.wait(1).results('C')).toEqual(['problem #8 to *']);
});

test('a delay is forgotten when the state changes', () => {
  const service = lonelyService({ maxAttempts: 3 });
  const story = new Story(service);
  story.results('C');
  service.current = delayNotification(service.current, story.nowMs + 30 * MINUTE);
  expect(story.results('WW')).toContain('problem #1 to *');
});
