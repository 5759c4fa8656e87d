// Compiles the schema of a route when the route is first called: to compile them all
// took a quarter of the start and 45 MB, and most routes are never called in the life of a process.

import buildAjv from '@fastify/ajv-compiler';
import buildStringify from '@fastify/fast-json-stringify-compiler';
import type { FastifyServerOptions } from 'fastify';

type Factories = Required<NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>>;
type Validators = ReturnType<typeof buildAjv>;
type Serializers = ReturnType<typeof buildStringify>;

/** Fastify's own compilers; a schema that does not compile fails the first request of its route instead of the start. */
export function lazyCompilers(): Factories {
  const buildValidator = buildAjv();
  const buildSerializer = buildStringify();
  return {
    buildValidator(...given: Parameters<Validators>): ReturnType<Validators> {
      const compile = buildValidator(...given);
      return (route) => onFirstUse(() => compile(route));
    },
    buildSerializer(...given: Parameters<Serializers>): ReturnType<Serializers> {
      const compile = buildSerializer(...given);
      return (route) => onFirstUse(() => compile(route));
    },
  };
}

/** A function that is made when it is first called or one of its properties is read. */
function onFirstUse<Compiled extends (...given: never[]) => unknown>(compile: () => Compiled): Compiled {
  let compiled: Compiled | undefined;
  const made = (): Compiled => (compiled ??= compile());
  // Only says that it can be called; nothing ever gets as far as running it.
  const callable = (() => undefined) as unknown as Compiled;
  return new Proxy(callable, {
    apply: (_callable, self, given) => Reflect.apply(made(), self, given),
    // Fastify reads a validator's errors, and whether it is one of Ajv's.
    get: (_callable, name) => Reflect.get(made(), name),
  });
}
