// The agent as one file, to hand out to hosts that join. Made from the sources of
// this very server, so that both ends speak the same version.

import path from 'node:path';
import type { Plugin } from 'esbuild';
import { AppError } from '#kernel/errors.ts';
import { sha256Hex } from '#kernel/ids.ts';
import { projectDir } from './console-build.ts';

export interface AgentBundle {
  content: Uint8Array;
  sha256: string;
}

// Hosts may have an older Node than the server brings.
const TARGET = 'node20';

// In one file every import of Node's own would be carried out at the start, also those of halves that are loaded
// only where they are wanted. As calls of require they are carried out with their half.
const builtinsWhenUsed: Plugin = {
  name: 'builtins when used',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path: module, namespace }) =>
      namespace === 'builtin' ? { path: module, external: true } : { path: module, namespace: 'builtin' },
    );
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path: module }) => ({
      contents: `module.exports = require(${JSON.stringify(module)})`,
    }));
  },
};

async function makeBundle(): Promise<AgentBundle> {
  // Loaded for the moment it is needed: its service is a process of 26 MB that would stay.
  const { build, stop } = await import('esbuild');
  const result = await build({
    entryPoints: [path.join(projectDir, 'app', 'agent-program.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: TARGET,
    write: false,
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [builtinsWhenUsed],
    // Only scraping wants it, and an agent that hears its cluster reads no exporters.
    external: ['undici'],
    legalComments: 'none',
    // ws is CommonJS and asks for node: modules by require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'silent',
  }).finally(() => stop());
  const [file] = result.outputFiles;
  if (!file) throw new AppError('agent_bundle', 'The agent could not be made into one file.');
  return { content: file.contents, sha256: sha256Hex(file.contents) };
}

/** Made on the first call, then kept; a failed try is made again by the next call. */
export function createAgentBundle(): () => Promise<AgentBundle> {
  let bundle: Promise<AgentBundle> | undefined;
  return () => {
    bundle ??= makeBundle().catch((error: unknown) => {
      bundle = undefined;
      throw error;
    });
    return bundle;
  };
}
