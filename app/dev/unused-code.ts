// Finds what nobody uses: exports that no other file names, files that no file
// imports, and runtime packages without an import. By text, not by types: a name
// counts as used when another file contains it as a word.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');
const SOURCE_FOLDERS =
  'kernel wire store gmond-agent collector inventory gateway checks alerting remediation web app bench test'.split(' ');
// Started by name, not by import.
const ENTRIES = [
  /\.test\.tsx?$/,
  /^app\/(main|dev\/[a-z-]+|simulate\/demo\/shop)\.ts$/,
  /^bench\//,
  /vite(st)?\.config\.ts$/,
  /^web\/ui\/main\.tsx$/,
  /worker\.ts$/,
  /^gmond-agent\/main\.ts$/,
  /^test\/(support|e2e)\//,
  /(append-forever|upkeep-forever|fill-the-disk)\.ts$/,
];
// Exports with a meaning of their own for a tool.
const TOOL_EXPORTS = ['default', 'up', 'down'];
// Tools that are run, and peers that another package loads.
const RUN_PACKAGES = ['vite', 'esbuild', '@vitejs/plugin-react', '@mantine/hooks'];

function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isSymbolicLink() || ['dist', 'fixtures', 'node_modules'].includes(entry.name)) return [];
    if (entry.isDirectory()) return sourceFiles(name);
    return /\.tsx?$/.test(name) && !name.endsWith('.d.ts') ? [name] : [];
  });
}

const files = new Map(
  [...SOURCE_FOLDERS.flatMap(sourceFiles), 'vitest.config.ts'].map((name) => [
    name,
    readFileSync(path.join(root, name), 'utf8'),
  ]),
);
const problems: string[] = [];

const wordCounts = new Map<string, number>();
for (const text of files.values()) {
  for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g))) wordCounts.set(word, (wordCounts.get(word) ?? 0) + 1);
}

const imported = new Set<string>();
for (const [name, text] of files) {
  for (const [, target = ''] of text.matchAll(/(?:from|import|new URL)\s*\(?\s*['"]([^'"]+)['"]/g)) {
    if (target.startsWith('.')) imported.add(path.posix.join(path.posix.dirname(name), target));
    else if (target.startsWith('#')) imported.add(target.slice(1).replace(/^agent\//, 'gmond-agent/'));
  }
}

for (const [name, text] of files) {
  if (!ENTRIES.some((entry) => entry.test(name)) && !imported.has(name)) problems.push(`${name}: no file imports it`);
  if (name === 'store/schema.ts') continue;
  const own = [
    ...text.matchAll(/^export (?:async )?(const|function\*?|class|interface|type|let) ([A-Za-z_$][\w$]*)/gm),
  ];
  for (const [, keyword = '', exported = ''] of own) {
    if (TOOL_EXPORTS.includes(exported) || (wordCounts.get(exported) ?? 0) > 1) continue;
    const uses = text.match(new RegExp(`\\b${exported.replaceAll('$', '\\$')}\\b`, 'g'))?.length ?? 0;
    // A type may be exported because it stands in the signature of something that is.
    if (uses > 1 && /^(type|interface)$/.test(keyword)) continue;
    problems.push(`${name}: ${exported} is exported, ${uses > 1 ? 'but used in this file only' : 'and used nowhere'}`);
  }
}

const manifest: unknown = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const { dependencies } = manifest as { dependencies: Record<string, string> };
const everything = [...files.values()].join('\n');
for (const name of Object.keys(dependencies)) {
  if (RUN_PACKAGES.includes(name)) continue;
  if (!new RegExp(`['"]${name}(/[^'"]*)?['"]`).test(everything)) problems.push(`package.json: ${name} is not imported`);
}

for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? `unused code: none in ${files.size} files` : `${problems.length} unused`);
process.exitCode = problems.length === 0 ? 0 : 1;
