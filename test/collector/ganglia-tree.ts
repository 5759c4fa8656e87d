// Ganglia's XML as a tree, for judging what was served. Reads well-formed documents
// only and is no relative of the reader in the product.

import { gunzipSync } from 'node:zlib';

export interface Element {
  name: string;
  /** In the order of the text. */
  attributes: [name: string, value: string][];
  children: Element[];
}

const TOKEN = /<(\/?)([A-Z_]+)((?:\s+[A-Z_]+="[^"<]*")*)\s*(\/?)>|([^<]+|<)/g;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescape = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name?: string) =>
    code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  );

/** The root element; throws for anything that is not well-formed. */
export function readTree(document: string): Element {
  const body = document.slice(document.indexOf(']>') + 2);
  const root: Element = { name: '', attributes: [], children: [] };
  const open = [root];
  for (const [token, closing, name = '', attributes = '', empty, text] of body.matchAll(TOKEN)) {
    const parent = open.at(-1) ?? root;
    if (text !== undefined) {
      if (text.trim() !== '') throw new Error(`text in ${parent.name}: ${text.slice(0, 80)}`);
    } else if (closing === '/') {
      if (open.pop()?.name !== name || open.length === 0) throw new Error(`unexpected ${token}`);
    } else {
      const pairs = [...attributes.matchAll(/([A-Z_]+)="([^"]*)"/g)];
      const element: Element = {
        name,
        attributes: pairs.map(([, key = '', value = '']) => [key, unescape(value)]),
        children: [],
      };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [document_] = root.children;
  if (open.length !== 1 || document_ === undefined || root.children.length !== 1) throw new Error('not one element');
  return document_;
}

export const textOf = (bytes: Buffer): string =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1');

export const attribute = (element: Element, name: string): string =>
  element.attributes.find(([key]) => key === name)?.[1] ?? '';

export const numberAttribute = (element: Element, name: string): number => Number(attribute(element, name));

export const childrenNamed = (element: Element, name: string): Element[] =>
  element.children.filter((child) => child.name === name);

/** Every element with this name, however deep. */
export const allNamed = (element: Element, name: string): Element[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...allNamed(child, name)]);
