// Who hears of what: each filter of an object (§5.2) and of a contact (§5.3), escalations
// and numbers (§5.4), and the promise that whoever heard of a problem hears of its end.

import { describe, expect, test } from 'vitest';
import type { Contact } from '#checks/machine/surroundings.ts';
import { contactNamed, serviceNode, siteWith, type ServiceNode } from './site-nodes.ts';
import { lonelyService, MINUTE, Story } from './story.ts';

const NOTIFICATIONS = { isEnabled: true, period: null, options: null, intervalSec: 3600, firstDelaySec: 0 };
const telling = (change: Partial<typeof NOTIFICATIONS> | object = {}): ServiceNode =>
  lonelyService({ notifications: { ...NOTIFICATIONS, ...change } });

/** The verdict on a service that goes critical. */
function verdictOn(service: ServiceNode): unknown {
  new Story(service).results('C');
  const { verdict } = service.current.told;
  return verdict?.outcome === 'blocked' ? verdict.block : verdict?.outcome;
}

describe('a hard problem is not told, with the reason kept,', () => {
  const cases: [string, (service: ServiceNode) => void, unknown][] = [
    ['while the site is silent', (service) => (service.site = siteWith({ notifies: false })), { filter: 'site_off' }],
    [
      'outside its notification period',
      (service) => {
        service.site = siteWith({}, () => false);
        service.settings = { ...service.settings, notifications: { ...NOTIFICATIONS, period: 'office' } };
      },
      { filter: 'period', period: 'office' },
    ],
    [
      'while its own notifications are off',
      (service) => (service.settings = { ...service.settings, notifications: { ...NOTIFICATIONS, isEnabled: false } }),
      { filter: 'object_off' },
    ],
    [
      'when nobody asked to hear of that state',
      (service) =>
        (service.settings = { ...service.settings, notifications: { ...NOTIFICATIONS, options: ['warning'] } }),
      { filter: 'options', missing: 'critical' },
    ],
    [
      'before its first delay is over',
      (service) => (service.settings = { ...service.settings, notifications: { ...NOTIFICATIONS, firstDelaySec: 60 } }),
      { filter: 'first_delay', untilMs: Date.UTC(2026, 10, 2, 9, 1) },
    ],
    [
      'while a master that it depends on is ill',
      (service) => {
        const master = serviceNode(service.host, 'database');
        master.current = { ...master.current, isChecked: true, state: 'critical', lastHardState: 'critical' };
        const rest = { period: null, inheritsParent: false, usesSoftStates: false };
        service.dependencies.push({ master, executionFailure: [], notificationFailure: ['critical'], ...rest });
      },
      { filter: 'service_dependency', master: 'web-1;database' },
    ],
    [
      'while its host is down',
      ({ host }) => (host.current = { ...host.current, state: 'down' }),
      { filter: 'host_down', host: 'web-1' },
    ],
    [
      'while its host is in downtime',
      ({ host }) => void new Story(host).plan('7', 0, 60),
      { filter: 'host_downtime', id: '7', untilMs: Date.UTC(2026, 10, 2, 10) },
    ],
    [
      'while it is in downtime itself',
      (service) => void new Story(service).plan('8', 0, 60),
      { filter: 'downtime', id: '8', untilMs: Date.UTC(2026, 10, 2, 10) },
    ],
    [
      'when there is no contact for it',
      (service) => (service.contacts = [contactNamed('pager', { minimumImportance: 5 })]),
      { filter: 'no_contact', refusals: [{ contact: 'pager', why: 'importance' }] },
    ],
  ];
  test.each(cases)('%s', (_, arrange, block) => {
    const service = telling();
    arrange(service);
    expect(verdictOn(service)).toEqual(block);
    expect(service.current.told.number).toBe(0);
  });

  test('while somebody works on it', () => {
    const story = new Story(lonelyService({ maxAttempts: 2 }));
    story.results('C');
    story.acknowledge();
    expect(story.results('C')).toEqual(['no problem: acknowledged', 'critical hard2!']);
  });

  test('and the same reason is told once, not with every result', () => {
    const service = telling();
    service.site = siteWith({ notifies: false, hostFreshForMs: Infinity });
    expect(new Story(service).results('CCC')).toEqual(['no problem: site_off', 'critical hard1!']);
  });

  test('and since when is kept', () => {
    const service = telling();
    service.site = siteWith({ notifies: false });
    const story = new Story(service);
    const sinceMs = story.nowMs;
    story.results('C');
    story.wait(5).results('C');
    expect(service.current.told.verdict).toMatchObject({ outcome: 'blocked', sinceMs });
  });
});

describe('contacts', () => {
  const cases: [string, Partial<Contact>, string][] = [
    ['who are switched off hear nothing', { isEnabled: false }, 'contact_off'],
    ['who sleep hear nothing', { period: 'night' }, 'contact_period'],
    ['hear what they asked for', { options: ['warning', 'recovery'] }, 'contact_options'],
    ['of important things only hear nothing of small ones', { minimumImportance: 1 }, 'importance'],
  ];
  test.each(cases)('%s', (_, change, why) => {
    const service = telling();
    service.site = siteWith({}, () => false);
    service.contacts = [contactNamed('ops', change)];
    expect(verdictOn(service)).toEqual({ filter: 'no_contact', refusals: [{ contact: 'ops', why }] });
  });
});

describe('numbers and repeats', () => {
  test('a problem is told again when its interval is over, with the next number', () => {
    const story = new Story(telling());
    expect(story.results('C')).toContain('problem #1 to *');
    expect(story.wait(59).results('C')).toEqual([]);
    expect(story.wait(1).results('C')).toEqual(['problem #2 to *']);
    expect(story.results('O')).toContain('recovery #2 to *');
    expect(story.results('C')).toContain('problem #1 to *');
  });

  test('an interval of 0 tells each state once', () => {
    const story = new Story(telling({ intervalSec: 0 }));
    expect(story.results('CC').filter((line) => line.includes('to *'))).toEqual(['problem #1 to *']);
    expect(
      story
        .wait(600)
        .results('CW')
        .filter((line) => line.includes('to *')),
    ).toEqual(['problem #2 to *']);
  });

  test('a volatile problem is told with every result, whatever the interval', () => {
    for (const intervalSec of [0, 3600]) {
      const service = telling({ intervalSec });
      service.settings = { ...service.settings, isVolatile: true };
      expect(new Story(service).results('CCC').filter((line) => line.includes('to *'))).toEqual([
        'problem #1 to *',
        'problem #2 to *',
        'problem #3 to *',
      ]);
    }
  });

  test('a host that is down but not yet hard does not silence its services', () => {
    const service = telling();
    service.host.current = { ...service.host.current, state: 'down', type: 'soft' };
    expect(new Story(service).results('C')).toContain('problem #1 to *');
  });

  test('escalations take the place of the contacts, and the shortest of their intervals counts', () => {
    const service = telling();
    service.contacts = [contactNamed('ops')];
    const rest = { period: null, options: null };
    service.escalations = [
      { first: 2, last: 3, intervalSec: 600, contacts: [contactNamed('lvl2')], ...rest },
      { first: 3, last: 3, intervalSec: null, contacts: [contactNamed('boss')], ...rest },
      { first: 1, last: 0, intervalSec: 60, contacts: [contactNamed('never')], period: null, options: ['warning'] },
    ];
    const story = new Story(service);
    expect(story.results('C')).toContain('problem #1 to ops');
    expect(story.wait(60).results('C')).toEqual(['problem #2 to lvl2']);
    expect(story.wait(10).results('C')).toEqual(['problem #3 to lvl2,boss']);
    expect(story.wait(10).results('C')).toEqual(['problem #4 to ops']);
    expect(story.results('O')).toContain('recovery #4 to ops,lvl2,boss');
  });

  test('an escalation interval of 0 is the last word', () => {
    const service = telling();
    const contacts = [contactNamed('boss')];
    service.escalations = [{ first: 1, last: 0, intervalSec: 0, period: null, options: null, contacts }];
    expect(new Story(service).results('C')).toContain('problem #1 to boss');
    expect(service.current.told.isDone).toBe(true);
  });
});

describe('whoever heard of a problem hears of its end', () => {
  const heard = (sentences: string[]): string[] => sentences.filter((line) => line.startsWith('recovery'));

  test('when it ends in downtime: as soon as that is over', () => {
    const story = new Story(telling());
    story.results('C');
    story.plan('1', 0, 60);
    expect(heard(story.results('O'))).toEqual([]);
    expect(story.wait(60).look()).toEqual(['downtime 1 ended', 'downtime_end #0 to *', 'recovery #0 to *']);
  });

  test('also without timers, with the next result', () => {
    const story = new Story(telling());
    story.results('C');
    story.plan('1', 0, 60);
    story.results('O'.repeat(30));
    story.cancel('1');
    expect(story.results('O')).toEqual(['recovery #0 to *']);
  });

  test('when it ends while they sleep: in the morning', () => {
    let isAwake = true;
    const service = telling();
    service.site = siteWith({}, () => isAwake);
    service.contacts = [contactNamed('office', { period: 'day' }), contactNamed('ops')];
    const story = new Story(service);
    expect(story.results('C')).toContain('problem #1 to office,ops');
    isAwake = false;
    expect(heard(story.results('O'))).toEqual(['recovery #1 to ops']);
    expect(story.look()).toEqual(['no recovery: no_contact']);
    expect(story.lookInMinutes).toBe(1);
    isAwake = true;
    expect(story.look()).toEqual(['recovery #0 to office']);
    expect(story.look()).toEqual([]);
  });

  test('when it is told by hand that nobody should hear, and then that they should', () => {
    const service = telling();
    const story = new Story(service);
    story.results('C');
    service.settings = { ...service.settings, notifications: { ...NOTIFICATIONS, isEnabled: false } };
    expect(story.results('O')).toContain('no recovery: object_off');
    service.settings = { ...service.settings, notifications: NOTIFICATIONS };
    expect(story.look()).toEqual(['recovery #0 to *']);
  });

  test('but not who wants no recoveries, and not who never heard of it', () => {
    const service = telling();
    service.contacts = [
      contactNamed('archive', { options: ['critical'] }),
      contactNamed('late', { options: ['warning', 'recovery'] }),
    ];
    const story = new Story(service);
    expect(story.results('C')).toContain('problem #1 to archive');
    expect(heard(story.results('O'))).toEqual([]);
    expect(service.current.told.owed).toEqual([]);
  });

  test('but not who asked in the meantime for no more recoveries', () => {
    const service = telling();
    service.contacts = [contactNamed('ops')];
    const story = new Story(service);
    story.results('C');
    service.contacts = [contactNamed('ops', { options: ['critical'] })];
    expect(heard(story.results('O'))).toEqual([]);
    expect(service.current.told.owed).toEqual([]);
  });

  test('also after another problem came and went unheard in between', () => {
    const story = new Story(telling());
    story.results('C');
    story.plan('1', 0, 60);
    story.results('OCO');
    expect(heard(story.wait(60).look())).toEqual(['recovery #0 to *']);
  });
});

test('the first delay counts from the hard change, and ends without a result', () => {
  const story = new Story(telling({ firstDelaySec: 600 }));
  expect(story.results('C')).toContain('no problem: first_delay');
  expect(story.look()).toEqual([]);
  expect(story.lookAtMs).toBe(story.nowMs + 10 * MINUTE);
  expect(story.wait(10).look()).toEqual(['problem #1 to *']);
});
