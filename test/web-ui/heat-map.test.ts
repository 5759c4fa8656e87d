// The heat map without its canvas: where cells lie, what is under the pointer and next to
// the cursor, which colour and sign a cell has.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StateWord } from '#web/ui/parts/tone.ts';
import {
  boxBetween,
  cellAt,
  cellBox,
  cellCentre,
  cellsIn,
  layoutHeatMap,
  nextCell,
  type HeatLayout,
} from '#web/ui/screens/heat-map/heat-layout.ts';
import { groupCells, heatPlan, type HeatCell } from '#web/ui/screens/heat-map/heat-plan.ts';
import { HEAT_STEPS, heatScale, isOutlier, stepOf } from '#web/ui/screens/heat-map/heat-scale.ts';

const cell = (host: string, value: number | null = 1, state: StateWord = 'ok', cluster = 'web'): HeatCell => ({
  ...{ cluster, host, hostKey: host, state, value },
});
const layoutOf = (counts: number[], width = 400, height = 400): HeatLayout =>
  layoutHeatMap(
    counts.map((count, at) => ({ name: `c${at}`, count })),
    { width, height },
  );
const everyCell = (layout: HeatLayout): number[] => Array.from({ length: layout.count }, (_, at) => at);

describe('where cells lie', () => {
  const sites = fc.record({
    counts: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }),
    width: fc.integer({ min: 60, max: 1600 }),
  });

  test('every cell lies inside of the map, apart from all others, and is found under its own middle', () => {
    fc.assert(
      fc.property(sites, ({ counts, width }) => {
        const layout = layoutOf(counts, width);
        const seen = new Set<string>();
        for (const at of everyCell(layout)) {
          const box = cellBox(layout, at);
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(Math.max(width, 160));
          expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
          seen.add(`${box.x} ${box.y}`);
          const { x, y } = cellCentre(layout, at);
          expect(cellAt(layout, x, y)).toBe(at);
        }
        expect(seen.size).toBe(layout.count);
      }),
      { numRuns: 60 },
    );
  });

  test('a box around two cells holds both and nothing that it does not touch', () => {
    fc.assert(
      fc.property(sites, fc.nat(), fc.nat(), ({ counts, width }, a, b) => {
        const layout = layoutOf(counts, width);
        const [one, other] = [a % layout.count, b % layout.count];
        const box = boxBetween(cellCentre(layout, one), cellCentre(layout, other));
        const touched = everyCell(layout).filter((at) => {
          const { x, y, width: side } = cellBox(layout, at);
          return x <= box.x + box.width && x + side >= box.x && y <= box.y + box.height && y + side >= box.y;
        });
        expect(cellsIn(layout, box)).toEqual(touched);
        expect(touched).toEqual(expect.arrayContaining([one, other]));
      }),
      { numRuns: 60 },
    );
  });

  test('the label above a cluster and the space beside it are no cell', () => {
    const layout = layoutOf([3, 3]);
    expect(cellAt(layout, 5, 5)).toBeNull();
    expect(cellAt(layout, -1, 25)).toBeNull();
    expect(cellAt(layout, layout.width + 1, 25)).toBeNull();
    expect(cellAt(layout, 5, layout.height + 1)).toBeNull();
  });

  test('few hosts get cells with room for a sign, 10,000 still fit on one screen', () => {
    expect(layoutOf([200], 1130, 620).pitch).toBe(30);
    const many = layoutOf([5000, 3000, 2000], 1130, 620);
    expect(many.height).toBeLessThanOrEqual(620);
    expect(many.count).toBe(10_000);
  });

  test('on a screen too small for all, cells stay large enough to be hit and the page scrolls', () => {
    const layout = layoutOf([10_000], 340, 400);
    expect(layout.pitch).toBe(7);
    expect(layout.height).toBeGreaterThan(400);
  });

  test('a site without hosts has no height', () => expect(layoutOf([]).height).toBe(0));
});

describe('moving with the keys', () => {
  // Two rows of twenty, under each other: 40 cells of 20 columns in 600 px.
  const one = layoutOf([40], 600, 400);
  test.each([
    ['right goes on in the row', 3, 'ArrowRight', 4],
    ['right at the end of a row goes to the next', 19, 'ArrowRight', 20],
    ['left at the very start stays', 0, 'ArrowLeft', 0],
    ['right at the very end stays', 39, 'ArrowRight', 39],
    ['down is the cell below', 3, 'ArrowDown', 23],
    ['up is the cell above', 23, 'ArrowUp', 3],
    ['down in the last row stays', 23, 'ArrowDown', 23],
    ['Home is the first', 23, 'Home', 0],
    ['End is the last', 3, 'End', 39],
  ] as const)('%s', (_, from, key, to) => expect(nextCell(one, from, key)).toBe(to));

  test('down from one cluster leads into the one beneath, and up leads back', () => {
    const two = layoutOf([10, 10], 160, 4000);
    const below = nextCell(two, 5, 'ArrowDown');
    expect(below).toBeGreaterThanOrEqual(10);
    expect(nextCell(two, below, 'ArrowUp')).toBeLessThan(10);
  });

  test('whatever the site looks like, a key leads to a cell, and right alone reaches every one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('ArrowUp', 'ArrowDown', 'Home', 'End' as const),
        fc.nat(),
        (counts, key, start) => {
          const layout = layoutOf(counts, 500);
          const next = nextCell(layout, start % layout.count, key);
          expect(next).toBeGreaterThanOrEqual(0);
          expect(next).toBeLessThan(layout.count);
        },
      ),
    );
    let at = 0;
    for (let step = 1; step < one.count; step += 1) at = nextCell(one, at, 'ArrowRight');
    expect(at).toBe(39);
  });
});

describe('the scale of colours', () => {
  test('percentages always span 0 to 100, so that two pictures can be compared', () => {
    expect(heatScale([40, 45, 50], '%')).toMatchObject({ low: 0, high: 100 });
    expect(heatScale([40, 145], '%')).toMatchObject({ high: 145 });
  });
  test('values near zero start there, others at the lowest', () => {
    expect(heatScale([1, 9], '')).toMatchObject({ low: 0, high: 9 });
    expect(heatScale([8, 9], '')).toMatchObject({ low: 8, high: 9 });
  });
  test('one host far outside is marked and does not make all others look alike', () => {
    const scale = heatScale([1, 2, 3, 4, 5, 6, 7, 8, 9, 900], '');
    expect(scale?.high).toBeLessThan(40);
    expect(scale && [isOutlier(scale, 900), isOutlier(scale, 9)]).toEqual([true, false]);
    expect(scale && stepOf(scale, 900)).toBe(HEAT_STEPS - 1);
  });
  test('of a handful of hosts, none is far outside', () => {
    const scale = heatScale([1, 2, 900], '');
    expect(scale && isOutlier(scale, 900)).toBe(false);
  });
  test('when all hosts say the same, all have the middle colour', () => {
    const scale = heatScale([5, 5, 5], '');
    expect(scale && stepOf(scale, 5)).toBe(HEAT_STEPS / 2);
  });
  test('no values, no scale', () => expect(heatScale([], '%')).toBeNull());
  test('any value has a step of the scale', () => {
    const values = fc.double({ noNaN: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 50 }), (all) => {
        const scale = heatScale(all, '');
        for (const value of all) {
          const step = scale ? stepOf(scale, value) : -1;
          expect(step >= 0 && step < HEAT_STEPS, `${value} has step ${step}`).toBe(true);
        }
      }),
    );
  });
});

describe('what is drawn', () => {
  test('by state, every state but OK has a sign of its own beside its colour', () => {
    const plan = heatPlan([cell('a'), cell('b', 1, 'down'), cell('c', 1, 'critical'), cell('d', 1, 'warning')], null);
    expect(Object.fromEntries(plan.fills)).toEqual({
      'state-ok': [0],
      'state-down': [1],
      'state-critical': [2],
      'state-warning': [3],
    });
    expect(Object.fromEntries(plan.marks)).toEqual({ cross: [1], dot: [2], notch: [3] });
  });
  test('by metric, a host that is down is crossed out and its last value colours nothing', () => {
    const plan = heatPlan([cell('a', 10), cell('b', 10, 'down'), cell('c', null)], heatScale([0, 10], ''));
    expect(plan.fills.get('none')).toEqual([1, 2]);
    expect(plan.marks.get('lost')).toEqual([1]);
    expect(plan.fills.get(`step-${HEAT_STEPS - 1}`)).toEqual([0]);
  });
  test('a host far outside has a ring', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 900];
    const plan = heatPlan(
      values.map((value) => cell(`h${value}`, value)),
      heatScale(values, ''),
    );
    expect(plan.marks.get('ring')).toEqual([9]);
  });
  test('hosts stand by cluster and name, numbers in names as numbers', () => {
    const { cells, groups } = groupCells([cell('web-10'), cell('web-9'), cell('db-1', 1, 'ok', 'db')]);
    expect(cells.map(({ host }) => host)).toEqual(['db-1', 'web-9', 'web-10']);
    expect(groups).toEqual([
      { name: 'db', count: 1 },
      { name: 'web', count: 2 },
    ]);
  });
  test('10,000 hosts: each is drawn once, in no more fills than there are colours, fast enough to move in', () => {
    const hosts = Array.from({ length: 10_000 }, (_, at) =>
      cell(`h${at}`, at % 997, at % 50 === 0 ? 'down' : 'ok', `c${at % 7}`),
    );
    // What every new picture takes but the painting itself; the first run also warms up.
    const draw = () => {
      const began = performance.now();
      const { cells, groups } = groupCells(hosts);
      const layout = layoutHeatMap(groups, { width: 1130, height: 620 });
      const plan = heatPlan(
        cells,
        heatScale(
          cells.flatMap(({ value }) => value ?? []),
          '',
        ),
      );
      const boxes = [...plan.fills.values()].flat().map((at) => cellBox(layout, at));
      return { plan, boxes, ms: performance.now() - began };
    };
    const { plan, boxes } = draw();
    expect(boxes).toHaveLength(10_000);
    expect(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size).toBe(10_000);
    expect(plan.fills.size).toBeLessThanOrEqual(HEAT_STEPS + 1);
    // The budget is 100 ms with the painting; the rest is patience with a busy machine.
    expect(Math.min(draw().ms, draw().ms, draw().ms)).toBeLessThan(150);
  });
});
