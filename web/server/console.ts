// Serves the built console; every path that is not of the API is a screen of it.

import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { App } from './app.ts';

interface ConsoleOptions {
  consoleDir: string;
  consoleState(): 'building' | 'ready' | { failed: string };
}

const page = (title: string, text: string, refreshSec?: number): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Plexus</title>${
    refreshSec === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSec}">`
  }<style>html{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{display:grid;place-content:center;min-height:90vh;text-align:center}p{opacity:.7;max-width:60ch}</style></head><body><main><h1>${title}</h1><p>${text}</p></main></body></html>`;

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char);

export async function serveConsole(app: App, options: ConsoleOptions): Promise<void> {
  await app.register(fastifyStatic, {
    root: options.consoleDir,
    serve: false,
  });

  const servePath = async (urlPath: string, reply: FastifyReply) => {
    const state = options.consoleState();
    if (state === 'building') {
      return reply
        .type('text/html')
        .send(page('Plexus is ready', 'The console is being built; this page opens it in a moment.', 1));
    }
    if (state !== 'ready') {
      return reply
        .status(500)
        .type('text/html')
        .send(page('The console could not be built', escapeHtml(state.failed)));
    }
    const relative = path.posix.normalize(urlPath).replace(/^\/+/, '');
    const isAsset =
      relative !== '' &&
      !relative.startsWith('..') &&
      existsSync(path.join(options.consoleDir, relative)) &&
      path.extname(relative) !== '';
    if (!isAsset && path.extname(relative) !== '') return reply.callNotFound();
    // Hashed names never change their content; the page itself must always be asked for.
    const immutable = relative.startsWith('assets/');
    void reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    return reply.sendFile(isAsset ? relative : 'index.html', { cacheControl: false });
  };

  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const urlPath = request.url.split('?')[0] ?? '/';
    return urlPath.startsWith('/api/') ? reply.callNotFound() : servePath(urlPath, reply);
  });
}
