// Soft, hard and attempts of services and hosts as an operator would tell them.

import { describe, expect, test } from 'vitest';
import { hostNode, serviceNode, siteWith, type HostNode } from './site-nodes.ts';
import { lonelyService, Story } from './story.ts';

const onlyChanges = (sentences: string[]): string =>
  sentences.filter((sentence) => /^\w+ (soft|hard)\d/.test(sentence)).join(', ');

describe('a service', () => {
  const stories: [string, string, string][] = [
    ['that fails three times in a row is a hard problem', 'OCCCC', 'critical soft1, critical soft2, critical hard3!'],
    ['counts any problem state', 'WCUU', 'warning soft1, critical soft2, unknown hard3!'],
    ['that is well again in time is told of with one attempt more', 'CCO', 'critical soft1, critical soft2, ok soft3'],
    [
      'that worsens while hard is told of at once',
      'WWWC',
      'warning soft1, warning soft2, warning hard3!, critical hard3!',
    ],
    ['recovers once', 'CCCOO', 'critical soft1, critical soft2, critical hard3!, ok hard3!'],
  ];
  test.each(stories)('%s', (_, results, changes) => {
    expect(onlyChanges(new Story(lonelyService({ maxAttempts: 3 })).results(results))).toBe(changes);
  });

  test('with one attempt is hard at once', () => {
    expect(onlyChanges(new Story(lonelyService()).results('CWO'))).toBe('critical hard1!, warning hard1!, ok hard1!');
  });

  test('that is volatile tells each hard problem again', () => {
    expect(onlyChanges(new Story(lonelyService({ maxAttempts: 2, isVolatile: true })).results('CCC'))).toBe(
      'critical soft1, critical hard2!, critical hard2!',
    );
  });

  test('assumed to be critical that is critical makes no line, and is told of', () => {
    const story = new Story(lonelyService({ initialState: 'critical' }));
    expect(story.results('C')).toEqual(['problem #1 to *']);
    expect(new Story(lonelyService({ initialState: 'critical' })).results('O')).toEqual([
      'no recovery: nobody_told',
      'ok hard1!',
    ]);
  });

  test('with fewer attempts than before is hard with its next result', () => {
    const service = lonelyService({ maxAttempts: 5 });
    const story = new Story(service);
    story.results('CCC');
    service.settings = { ...service.settings, maxAttempts: 2 };
    expect(onlyChanges(story.results('C'))).toBe('critical hard2!');
  });

  test('whose output changes in a stalked state is written down, and not when it stays', () => {
    const story = new Story(lonelyService({ stalking: ['ok'] }));
    expect(story.results('O', { isNewOutput: true })).toEqual(['stalked ok']);
    expect(story.results('O')).toEqual([]);
    expect(story.results('C', { isNewOutput: true })).not.toContain('stalked critical');
  });
});

describe('a service of a host that is not up', () => {
  const underDownHost = (maxAttempts: number): { story: Story; host: HostNode } => {
    const service = lonelyService({ maxAttempts });
    service.host.current = { ...service.host.current, state: 'down' };
    return { story: new Story(service), host: service.host };
  };

  test('is hard at once, and nobody is told', () => {
    expect(underDownHost(3).story.results('C')).toEqual(['no problem: host_down', 'critical hard1!']);
  });

  test('is told of with its first result after the host is back, and so is its recovery', () => {
    const { story, host } = underDownHost(3);
    story.results('CC');
    host.current = { ...host.current, state: 'up' };
    expect(story.results('C')).toEqual(['problem #1 to *']);
    expect(story.results('O')).toEqual(['recovery #1 to *', 'ok hard1!']);
  });

  test('says by being well that the host may be back', () => {
    const { story, host } = underDownHost(3);
    host.site = siteWith({ hostFreshForMs: 15_000 });
    story.node.site = host.site;
    expect(story.results('O')).toEqual(['look at web-1: host_may_be_back']);
  });
});

describe('a new problem', () => {
  test('asks for the host, unless its last result is fresh', () => {
    const host = hostNode(siteWith({ hostFreshForMs: 15_000 }), 'web-1');
    const story = new Story(serviceNode(host, 'http'));
    expect(story.results('C')).toContain('look at web-1: host_of_problem');
    expect(story.results('C')).toEqual(['critical soft2']);
    host.current = { ...host.current, checkedAtMs: story.nowMs - 14_999 };
    expect(story.results('W')).not.toContain('look at web-1: host_of_problem');
  });

  test('asks for the masters one attempt before it is hard', () => {
    const service = lonelyService({ maxAttempts: 3 });
    service.dependencies.push({
      master: serviceNode(service.host, 'database'),
      executionFailure: [],
      notificationFailure: ['critical'],
      period: null,
      inheritsParent: false,
      usesSoftStates: false,
    });
    const story = new Story(service);
    expect(story.results('C')).toEqual(['critical soft1']);
    expect(story.results('C')).toEqual(['critical soft2', 'look at web-1;database: master']);
  });
});

describe('a host', () => {
  const host = (change = {}): HostNode => hostNode(siteWith(), 'web-1', { countsPassive: true, ...change });
  const stories: [string, string, string][] = [
    ['that misses three checks is hard down', 'UDDDD', 'down soft1, down soft2, down hard3!'],
    ['that is back in time stays soft, and settles without a word', 'DUUD', 'down soft1, up soft1, down soft1'],
    ['recovers once', 'DDDUU', 'down soft1, down soft2, down hard3!, up hard1!'],
  ];
  test.each(stories)('%s', (_, results, changes) => {
    expect(onlyChanges(new Story(host()).results(results))).toBe(changes);
  });

  test('that goes from down to unreachable while hard changes hard', () => {
    const told = new Story(host()).results('DDDXD', { isPassive: true });
    expect(onlyChanges(told.slice(-4))).toBe('unreachable hard3!, down hard3!');
  });

  test('is hard with its first passive result unless passive results are counted', () => {
    expect(onlyChanges(new Story(host({ countsPassive: false })).results('UDDXU', { isPassive: true }))).toBe(
      'down hard1!, unreachable hard1!, up hard1!',
    );
  });

  test('assumed to be down that is up is told in the log, and to nobody', () => {
    expect(new Story(host({ initialState: 'down' })).results('U')).toEqual(['no recovery: nobody_told', 'up hard1!']);
  });
});
