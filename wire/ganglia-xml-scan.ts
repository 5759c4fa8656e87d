// Reads the XML of gmond and gmetad from chunks of bytes and tells what it holds, in
// order. Builds no tree, keeps one element at a time, and goes on behind a damaged one.

import { SLOPES, type Slope } from '#kernel/domain/metric.ts';
import { readTag, type TagRead, type XmlTag } from './ganglia-xml-tag.ts';
import { countLines, METRIC_START, type KnownMetrics, type XmlAnnounced } from './ganglia-xml-metric.ts';
import { createNesting, seconds } from './ganglia-xml-nesting.ts';
import { createSkipper } from './ganglia-xml-skip.ts';
import type { ExtraElement } from './gmond-packet.ts';

export interface XmlGridHead {
  name: string;
  authority: string;
  localtimeSec: number;
}

export interface XmlClusterHead {
  name: string;
  localtimeSec: number;
  owner: string | undefined;
  latlong: string | undefined;
  url: string | undefined;
}

export interface XmlHostHead {
  name: string;
  ip: string;
  tnSec: number;
  tmaxSec: number;
  dmaxSec: number;
  reportedSec: number;
  location: string | undefined;
  tags: string | undefined;
  /** As printed: negative where a gmond showed garbage. */
  gmondStartedSec: number;
}

/** Of a summary: type, units, slope and extra data; TMAX and DMAX are 0. */
export interface XmlSummaryMetric {
  name: string;
  sum: string;
  num: number;
  announced: XmlAnnounced;
}

/**
 * `malformed`: no reading of the tag is right. `incomplete`: an attribute that it needs is missing.
 * `misplaced`: it stands where nothing says whose it is. `truncated`: the data end in it.
 */
export type LossReason = 'malformed' | 'incomplete' | 'misplaced' | 'too_long' | 'too_deep' | 'truncated';

export interface XmlLoss {
  reason: LossReason;
  /** Name of the element; '' when even that cannot be read. */
  element: string;
  /** From 1. */
  line: number;
  /** From 0. */
  byte: number;
}

/** Opens and closes are always paired, in whatever order the tags came. */
export interface GangliaXmlHandler {
  openGrid(grid: XmlGridHead): void;
  closeGrid(): void;
  openCluster(cluster: XmlClusterHead): void;
  closeCluster(): void;
  openHost(host: XmlHostHead): void;
  closeHost(): void;
  metric(name: string, value: string, tnSec: number, announced: XmlAnnounced): void;
  hosts(up: number, down: number): void;
  summary(metric: XmlSummaryMetric): void;
  lost(loss: XmlLoss): void;
}

export interface GangliaXmlScanner {
  write(chunk: Buffer): void;
  /** To be called once, when no more will come. */
  end(): void;
  /** True once `</GANGLIA_XML>` has come: nothing is missing at the end. */
  readonly complete: boolean;
  /** Elements that no XML parser would take and that were read all the same. */
  readonly repaired: number;
}

/** A METRIC with its extra data, or any other tag, is at most so long. gmond cuts a line at 1023 bytes. */
const LONGEST_ELEMENT = 32 * 1024;
const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const NEWLINE = 0x0a;

/** Never throws, whatever the bytes. The same bytes give the same calls however they are cut into chunks. */
export function createGangliaXmlScanner(handler: GangliaXmlHandler, known: KnownMetrics): GangliaXmlScanner {
  const bytes = Buffer.allocUnsafe(4 * LONGEST_ELEMENT);
  const skipper = createSkipper(bytes);
  const nesting = createNesting(handler, (reason, element) => lose(reason, element));
  let at = 0;
  let used = 0;
  /** Offset of `bytes[0]` in the document, and lines before `at`. */
  let base = 0;
  let line = 1;
  let final = false;
  let resyncing = false;
  let waiting = false;
  let repaired = 0;

  function advance(to: number): void {
    line += countLines(bytes, at, to);
    at = to;
  }

  function lose(reason: LossReason, element: string, offset = at): void {
    handler.lost({ reason, element, line: line + countLines(bytes, at, offset), byte: base + offset });
  }

  /** What is there of an element that begins at `start`. */
  const limitOf = (start: number): number => Math.min(used, start + LONGEST_ELEMENT);
  const isAllThere = (start: number): boolean => final || used - start >= LONGEST_ELEMENT;

  function loseTag(read: Exclude<TagRead, { kind: 'tag' }>): void {
    const name = /^<\/?([A-Z_]+)/.exec(bytes.toString('latin1', at, Math.min(used, at + 20)))?.[1] ?? '';
    if (read.kind === 'malformed') lose('malformed', name);
    else lose(final && used - at < LONGEST_ELEMENT ? 'truncated' : 'too_long', name);
    nesting.loseTag(name, bytes[at + 1] === SLASH);
    resyncing = true;
    advance(at + 1);
  }

  /** False when more bytes are needed. */
  function step(): boolean {
    if (skipper.active) {
      advance(skipper.skip(at, used, final));
      return !skipper.active;
    }
    if (resyncing) return resync();
    const byte = bytes[at];
    if (byte === NEWLINE) {
      line++;
      at++;
      return true;
    }
    if (byte !== LT) {
      const next = bytes.indexOf(LT, at);
      advance(next === -1 || next > used ? used : next);
      return true;
    }
    return stepTag();
  }

  function stepTag(): boolean {
    if (nesting.inHost && startsMetric()) {
      const end = known.match(bytes, at, limitOf(at));
      if (end !== 0) {
        handler.metric(known.name, known.value, known.tnSec, known.announced);
        line += known.lines;
        at = end;
        return true;
      }
    }
    const begun = skipper.begin(at, used, final);
    if (begun === 'incomplete') return false;
    if (begun === 'skipping') return true;
    const read = readTag(bytes, at, limitOf(at), isAllThere(at));
    if (read.kind === 'incomplete' && !isAllThere(at)) return false;
    if (read.kind !== 'tag') {
      loseTag(read);
      return true;
    }
    const { tag } = read;
    if (tag.end - at > LONGEST_ELEMENT) {
      loseTag({ kind: 'incomplete' });
      return true;
    }
    if ((tag.name === 'METRIC' || tag.name === 'METRICS') && !tag.closing) return stepMetric(tag, read.repaired);
    if (read.repaired) repaired++;
    nesting.take(tag);
    advance(tag.end);
    return true;
  }

  function startsMetric(): boolean {
    for (let i = 1; i < METRIC_START.length; i++) if (bytes[at + i] !== METRIC_START[i]) return false;
    return true;
  }

  function resync(): boolean {
    const found = findResync(at);
    if (found === undefined) {
      advance(final ? used : Math.max(at, used - RESYNC_CONTEXT));
      return final;
    }
    resyncing = false;
    advance(found);
    return true;
  }

  /** Where a known tag begins behind a line end or another tag; undefined when that cannot be told yet. */
  function findResync(from: number, limit = used): number | undefined {
    for (let i = bytes.indexOf(LT, from); i !== -1 && i < limit; i = bytes.indexOf(LT, i + 1)) {
      let before = i - 1;
      const floor = Math.max(from, i - LONGEST_INDENT);
      while (before > floor && isBlank(bytes[before])) before--;
      if (before < from || (bytes[before] !== NEWLINE && bytes[before] !== GT)) continue;
      if (i + LONGEST_TAG_START > limit && !(final && limit === used)) return undefined;
      if (KNOWN_TAG.test(bytes.toString('latin1', i, Math.min(limit, i + LONGEST_TAG_START)))) return i;
    }
    return undefined;
  }

  /** A METRIC or METRICS with its extra data; nothing is told before the whole is there. */
  function stepMetric(tag: XmlTag, tagRepaired: boolean): boolean {
    const extra: ExtraElement[] = [];
    const losses: [reason: LossReason, element: string, offset: number][] = [];
    let mended = tagRepaired ? 1 : 0;
    let whole = tag.empty;
    let end = tag.end;
    while (!whole) {
      const next = bytes.indexOf(LT, end);
      const start = next === -1 || next >= limitOf(at) ? undefined : next;
      const read = start === undefined ? undefined : readTag(bytes, start, limitOf(at), isAllThere(at));
      if (start === undefined || read === undefined || read.kind === 'incomplete') {
        if (!isAllThere(at)) return false;
        loseTag({ kind: 'incomplete' });
        return true;
      }
      if (read.kind === 'malformed') {
        losses.push(['malformed', 'EXTRA_ELEMENT', start]);
        const resumed = findResync(start + 1, limitOf(at));
        if (resumed === undefined && !isAllThere(at)) return false;
        end = resumed ?? limitOf(at);
        continue;
      }
      const child = read.tag;
      // Its own end is missing: what follows is not part of it.
      if (OUTSIDE_METRIC.has(child.name) && !(child.closing && child.name === tag.name)) {
        mended++;
        end = start;
        break;
      }
      if (read.repaired) mended++;
      end = child.end;
      whole = child.closing && child.name === tag.name;
      if (child.name !== 'EXTRA_ELEMENT' || child.closing) continue;
      const name = child.attributes.get('NAME');
      const value = child.attributes.get('VAL');
      if (name === undefined || value === undefined) losses.push(['incomplete', 'EXTRA_ELEMENT', start]);
      else extra.push([name, value]);
    }
    for (const loss of losses) lose(...loss);
    repaired += mended;
    takeMetric(tag, extra.reverse(), mended === 0 && losses.length === 0 && whole ? end : undefined);
    advance(end);
    return true;
  }

  /** `end` of an element that is just as it should be, and so may be recognised when it comes again. */
  function takeMetric(tag: XmlTag, extra: ExtraElement[], end: number | undefined): void {
    const { attributes } = tag;
    const name = attributes.get('NAME');
    const value = attributes.get(tag.name === 'METRIC' ? 'VAL' : 'SUM');
    if (name === undefined || name === '' || value === undefined) {
      lose('incomplete', tag.name);
      return;
    }
    const announced = known.share({
      type: attributes.get('TYPE') ?? '',
      units: attributes.get('UNITS') ?? '',
      slope: slopeOf(attributes.get('SLOPE')),
      tmaxSec: seconds(attributes.get('TMAX')),
      dmaxSec: seconds(attributes.get('DMAX')),
      extra,
    });
    if (tag.name === 'METRICS') {
      if (nesting.takesSums('METRICS'))
        handler.summary({ name, sum: value, num: seconds(attributes.get('NUM')), announced });
    } else if (nesting.inHost) {
      const tn = attributes.get('TN') ?? '';
      handler.metric(name, value, seconds(tn), announced);
      if (end !== undefined && /^\d{1,9}$/.test(tn)) known.learn(bytes, at, end, tag, announced);
    } else lose('misplaced', 'METRIC');
  }

  function scan(): void {
    // Nothing counts behind the end of the document.
    while (at < used && !nesting.complete) {
      if (!step()) {
        waiting = true;
        return;
      }
    }
    if (nesting.complete) at = used;
    waiting = false;
  }

  /** Moves what is not read yet to the front. */
  function makeRoom(): void {
    if (at === 0) return;
    bytes.copyWithin(0, at, used);
    used -= at;
    base += at;
    at = 0;
  }

  return {
    get complete() {
      return nesting.complete;
    },
    get repaired() {
      return repaired;
    },
    write(chunk) {
      for (let from = 0; from < chunk.length && !nesting.complete;) {
        makeRoom();
        const taken = Math.min(chunk.length - from, bytes.length - used);
        const before = used;
        chunk.copy(bytes, used, from, from + taken);
        used += taken;
        from += taken;
        // A source that sends byte by byte must not have each element read from its start with every byte.
        const fresh = bytes.subarray(before, used);
        if (waiting && used < LONGEST_ELEMENT && !fresh.includes(GT) && !fresh.includes(NEWLINE)) continue;
        scan();
      }
    },
    end() {
      if (final) return;
      final = true;
      scan();
      nesting.closeAll();
    },
  };
}

const KNOWN_TAG = /^<\/?(?:GANGLIA_XML|GRID|CLUSTER|HOSTS?|METRICS?|EXTRA_DATA|EXTRA_ELEMENT)(?:[\s/>]|$)/;
const OUTSIDE_METRIC: ReadonlySet<string> = new Set([
  'GANGLIA_XML',
  'GRID',
  'CLUSTER',
  'HOST',
  'HOSTS',
  'METRIC',
  'METRICS',
]);
const LONGEST_TAG_START = 16;
const LONGEST_INDENT = 64;
const RESYNC_CONTEXT = LONGEST_INDENT + LONGEST_TAG_START + 2;

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;

const slopeOf = (text: string | undefined): Slope => SLOPES.find((slope) => slope === text) ?? 'unspecified';
