// Why an exchange with a peer failed, in words for people.

export const isErrnoException = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** The error's own words; of several tried addresses the first one's. */
export function failureText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return failureText(error.errors[0]);
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

export const withinSeconds = (timeoutMs: number): string => `within ${timeoutMs / 1000} seconds`;
