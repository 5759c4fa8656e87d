// Paints a heat map's plan onto a canvas: fill by fill, then the signs, then what is
// selected and where the cursor is. It decides nothing.

import type { StateWord } from '../../parts/tone.ts';
import { cellBox, LABEL_PX, type Box, type HeatLayout } from './heat-layout.ts';
import { strengthOf, type HeatFill, type HeatMark, type HeatPlan } from './heat-plan.ts';
import { HEAT_STEPS } from './heat-scale.ts';

export interface HeatColours {
  token(name: string): string;
  font: string;
}

/** The colours as the page's tokens have them now. */
export function readHeatColours(element: Element): HeatColours {
  const style = getComputedStyle(element);
  return { token: (name) => style.getPropertyValue(`--${name}`).trim(), font: style.fontFamily };
}

/** Which colour of the page a state has as a cell. */
export const STATE_TOKEN: Record<StateWord, string> = {
  ok: 'plot2',
  up: 'plot2',
  info: 'plot2',
  warning: 'warn',
  critical: 'crit',
  down: 'crit',
  unknown: 'unk',
  unreachable: 'offbg',
  stale: 'offbg',
  pending: 'offbg',
};

/** CSS colour of a fill. */
export function colourOf(fill: HeatFill, { token }: HeatColours): string {
  if (fill === 'none') return token('offbg');
  if (fill.startsWith('step-')) return stepColour(Number(fill.slice(5)), token);
  const state = (Object.keys(STATE_TOKEN) as StateWord[]).find((word) => fill === `state-${word}`);
  return token(state ? STATE_TOKEN[state] : 'offbg');
}

const stepColour = (step: number, token: HeatColours['token']): string =>
  `color-mix(in oklab, ${token('heat')} ${Math.round(strengthOf(step) * 100)}%, ${token('panel')})`;

/** The colours of the scale from pale to strong, for its legend. */
export const scaleColours = ({ token }: HeatColours): string[] =>
  Array.from({ length: HEAT_STEPS }, (_, step) => stepColour(step, token));

export interface HeatPicture {
  layout: HeatLayout;
  plan: HeatPlan;
  /** What stands above each block, in the layout's order. */
  labels: readonly string[];
  selected: ReadonlySet<number>;
  cursor: number | null;
  dragged: Box | null;
}

export function paintHeatMap(context: CanvasRenderingContext2D, picture: HeatPicture, colours: HeatColours): void {
  const { layout, plan } = picture;
  const { token } = colours;
  context.clearRect(0, 0, layout.width + 4, layout.height + 4);
  context.font = `12px ${colours.font}`;
  context.textBaseline = 'alphabetic';
  context.fillStyle = token('mute');
  layout.blocks.forEach((block, at) => {
    context.fillText(picture.labels[at] ?? '', block.x, block.y - LABEL_PX + 13);
  });
  const round = layout.side > 12 ? 2.5 : layout.side > 8 ? 1.5 : 0;
  for (const [fill, cells] of plan.fills) {
    context.fillStyle = colourOf(fill, colours);
    context.beginPath();
    for (const at of cells) {
      const { x, y, width, height } = cellBox(layout, at);
      if (round > 0) context.roundRect(x, y, width, height, round);
      else context.rect(x, y, width, height);
    }
    context.fill();
  }
  for (const [mark, cells] of plan.marks) paintMark(context, mark, cells, layout, colours);
  context.strokeStyle = token('act');
  context.lineWidth = 2;
  for (const at of picture.selected) outline(context, cellBox(layout, at), 0);
  if (picture.cursor !== null) {
    context.strokeStyle = token('ink');
    outline(context, cellBox(layout, picture.cursor), 1.5);
  }
  if (picture.dragged) {
    const { x, y, width, height } = picture.dragged;
    context.strokeStyle = token('act');
    context.lineWidth = 1;
    context.fillStyle = `color-mix(in srgb, ${token('act')} 14%, transparent)`;
    context.fillRect(x, y, width, height);
    context.strokeRect(x + 0.5, y + 0.5, width, height);
  }
}

function outline(context: CanvasRenderingContext2D, { x, y, width, height }: Box, outside: number): void {
  context.strokeRect(x - outside, y - outside, width + 2 * outside, height + 2 * outside);
}

// On a full cell a sign is cut out of it; on an empty one it is drawn.
const INK_OF_MARK: Record<HeatMark, string> = {
  cross: 'panel',
  dot: 'panel',
  notch: 'panel',
  stroke: 'off',
  lost: 'crit',
  ring: 'ink',
};

function paintMark(
  context: CanvasRenderingContext2D,
  mark: HeatMark,
  cells: readonly number[],
  layout: HeatLayout,
  { token }: HeatColours,
): void {
  const { side } = layout;
  context.beginPath();
  context.lineWidth = side > 12 ? 1.8 : 1.2;
  context.strokeStyle = token(INK_OF_MARK[mark]);
  context.fillStyle = token('panel');
  const inset = Math.max(1.5, side * 0.26);
  for (const at of cells) {
    const { x, y } = cellBox(layout, at);
    switch (mark) {
      case 'cross':
      case 'lost':
        context.moveTo(x + inset, y + inset);
        context.lineTo(x + side - inset, y + side - inset);
        context.moveTo(x + side - inset, y + inset);
        context.lineTo(x + inset, y + side - inset);
        break;
      case 'stroke':
        context.moveTo(x + inset, y + side - inset);
        context.lineTo(x + side - inset, y + inset);
        break;
      case 'ring':
        context.rect(x + 0.75, y + 0.75, side - 1.5, side - 1.5);
        break;
      case 'dot':
        context.moveTo(x + side / 2 + side * 0.16, y + side / 2);
        context.arc(x + side / 2, y + side / 2, side * 0.16, 0, 2 * Math.PI);
        break;
      case 'notch':
        context.moveTo(x, y);
        context.lineTo(x + side * 0.5, y);
        context.lineTo(x, y + side * 0.5);
        context.closePath();
        break;
      default:
        mark satisfies never;
    }
  }
  if (mark === 'dot' || mark === 'notch') context.fill();
  else context.stroke();
}
