// The HTTP edge: Fastify with its plugins, the API routes, and the built console.

import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifySwagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import { AppError } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { portTaken } from '#kernel/port-holder.ts';
import type { Service } from '#kernel/service.ts';
import type { App } from './app.ts';
import { serveConsole } from './console.ts';
import type { Identity } from './identity/identity.ts';
import { lazyCompilers } from './lazy-compilers.ts';
import { accessControl } from './plugins/access.ts';
import { problemErrors } from './plugins/errors.ts';

// Release archives travel through their own route, which raises this for itself.
const BODY_LIMIT_BYTES = 2 << 20;

export interface WebServerOptions {
  host: string;
  port: number;
  /** PEM texts; plain HTTP when absent. */
  tls?: { cert: string; key: string };
  /** A proxy on this machine does TLS and names the client in X-Forwarded-For. */
  behindProxy?: boolean;
  version: string;
  /** Directory of the built console. */
  consoleDir: string;
  /** Tells the page of a console that is still being built. */
  consoleState(): 'building' | 'ready' | { failed: string };
}

export interface WebServer extends Service {
  /** The real port once started. */
  port(): number;
  /** The instance itself, for tests that use `inject`. */
  readonly app: App;
}

/** `register` gets the instance after the plugins: each resource adds its routes there. */
export async function createWebServer(
  deps: { clock: Clock; log: Logger; identity: Identity },
  options: WebServerOptions,
  register: (app: App) => void | Promise<void>,
): Promise<WebServer> {
  const { clock, log } = deps;
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: () => uuidv7(clock.nowMs()),
    forceCloseConnections: true,
    // A release archive of 200 MiB over a slow link takes its time; a request that takes longer is an attack.
    requestTimeout: 900_000,
    connectionTimeout: 0,
    // Only a proxy on this machine may say for whom it asks.
    trustProxy: options.behindProxy === true ? 'loopback' : false,
    schemaController: { compilersFactory: lazyCompilers() },
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false } },
    ...(options.tls && { https: options.tls }),
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App;

  problemErrors(app, { log });
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Mantine sets style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        objectSrc: ["'none'"],
      },
    },
    strictTransportSecurity: options.tls !== undefined,
    crossOriginEmbedderPolicy: false,
  });
  await app.register(fastifyCookie);
  await app.register(fastifyRateLimit, {
    global: false,
    errorResponseBuilder: (_request, context) =>
      new AppError('too_many_requests', `Too many tries. Wait ${Math.ceil(context.ttl / 1000)} s.`, {
        status: 429,
        retryAfterMs: context.ttl,
      }),
  });
  accessControl(app, { identity: deps.identity });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plexus',
        version: options.version,
        description: 'Everything the console can do, with the same permissions.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });

  await app.register(async (instance) => {
    await register(instance as unknown as App);
  });
  app.get('/api/v1/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, () => app.swagger());
  await serveConsole(app, options);

  return {
    name: 'web server',
    app,
    async start() {
      try {
        await app.listen({ host: options.host, port: options.port });
      } catch (cause) {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
        throw await portTaken({ protocol: 'tcp', port: options.port, setting: 'PLEXUS_HTTP_PORT', cause });
      }
    },
    stop: () => app.close(),
    port() {
      const address = app.server.address();
      return typeof address === 'object' && address ? address.port : options.port;
    },
  };
}
