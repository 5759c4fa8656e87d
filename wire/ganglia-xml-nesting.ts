// Where in the tree a scan stands: which grid, cluster and host is open, and what may
// stand there. Opens and closes are paired here, whatever the tags do.

import type { GangliaXmlHandler, LossReason } from './ganglia-xml-scan.ts';
import type { XmlTag } from './ganglia-xml-tag.ts';

export interface Nesting {
  readonly inHost: boolean;
  /** True once `</GANGLIA_XML>` has come. */
  readonly complete: boolean;
  /** A tag of any element but METRIC, METRICS and their extra data. */
  take(tag: XmlTag): void;
  /** A tag that could not be read: what is in it must not count as its parent's. */
  loseTag(name: string, closing: boolean): void;
  /** Whether sums may stand here; tells the loss otherwise. */
  takesSums(element: string): boolean;
  closeAll(): void;
}

const DEEPEST_GRID = 32;

export function createNesting(
  handler: GangliaXmlHandler,
  lose: (reason: LossReason, element: string) => void,
): Nesting {
  let gridDepth = 0;
  let tooDeep = 0;
  let inCluster = false;
  let inHost = false;
  let complete = false;

  function closeHost(): void {
    if (inHost) handler.closeHost();
    inHost = false;
  }

  function closeCluster(): void {
    closeHost();
    if (inCluster) handler.closeCluster();
    inCluster = false;
  }

  function closeGrid(): void {
    closeCluster();
    if (tooDeep > 0) tooDeep--;
    else if (gridDepth > 0) {
      gridDepth--;
      handler.closeGrid();
    }
  }

  function closeAll(): void {
    tooDeep = 0;
    closeCluster();
    while (gridDepth > 0) closeGrid();
  }

  function close(name: string): void {
    if (name === 'HOST') closeHost();
    else if (name === 'CLUSTER') closeCluster();
    else if (name === 'GRID') closeGrid();
    else if (name === 'GANGLIA_XML') {
      closeAll();
      complete = true;
    }
  }

  function open(tag: XmlTag): void {
    const { name, attributes } = tag;
    if (name === 'GRID') openGrid(attributes);
    else if (tooDeep > 0) return;
    else if (name === 'CLUSTER') openCluster(attributes);
    else if (name === 'HOST') openHost(attributes);
    else if (name === 'HOSTS' && takesSums(name))
      handler.hosts(seconds(attributes.get('UP')), seconds(attributes.get('DOWN')));
  }

  function openGrid(attributes: XmlTag['attributes']): void {
    closeCluster();
    if (tooDeep > 0 || gridDepth >= DEEPEST_GRID) {
      tooDeep++;
      lose('too_deep', 'GRID');
      return;
    }
    gridDepth++;
    handler.openGrid({
      name: attributes.get('NAME') ?? '',
      authority: attributes.get('AUTHORITY') ?? '',
      localtimeSec: seconds(attributes.get('LOCALTIME')),
    });
  }

  function openCluster(attributes: XmlTag['attributes']): void {
    closeCluster();
    const name = attributes.get('NAME');
    if (name === undefined) {
      lose('incomplete', 'CLUSTER');
      return;
    }
    inCluster = true;
    handler.openCluster({
      name,
      localtimeSec: seconds(attributes.get('LOCALTIME')),
      owner: attributes.get('OWNER'),
      latlong: attributes.get('LATLONG'),
      url: attributes.get('URL'),
    });
  }

  function openHost(attributes: XmlTag['attributes']): void {
    closeHost();
    const name = attributes.get('NAME');
    const ip = attributes.get('IP') ?? '';
    if (!inCluster) {
      lose('misplaced', 'HOST');
      return;
    }
    if ((name === undefined || name === '') && ip === '') {
      lose('incomplete', 'HOST');
      return;
    }
    inHost = true;
    handler.openHost({
      name: name === undefined || name === '' ? ip : name,
      ip,
      tnSec: seconds(attributes.get('TN')),
      tmaxSec: seconds(attributes.get('TMAX')),
      dmaxSec: seconds(attributes.get('DMAX')),
      reportedSec: seconds(attributes.get('REPORTED')),
      location: attributes.get('LOCATION'),
      tags: attributes.get('TAGS'),
      gmondStartedSec: Number(attributes.get('GMOND_STARTED') ?? 0) || 0,
    });
  }

  function takesSums(element: string): boolean {
    if (tooDeep > 0) return false;
    const fits = !inHost && (inCluster || gridDepth > 0);
    if (!fits) lose('misplaced', element);
    return fits;
  }

  return {
    get inHost() {
      return inHost;
    },
    get complete() {
      return complete;
    },
    take(tag) {
      if (tag.closing) close(tag.name);
      else {
        open(tag);
        if (tag.empty) close(tag.name);
      }
    },
    loseTag(name, closing) {
      if (name === 'HOST') closeHost();
      else if (name === 'CLUSTER') closeCluster();
      else if (name === 'GRID' && !closing) tooDeep++;
      else if (name === 'GRID') closeGrid();
    },
    takesSums,
    closeAll,
  };
}

/** A count or a time that is not one is 0, as C reads it. */
export function seconds(text: string | undefined): number {
  const value = Number(text ?? 0);
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}
