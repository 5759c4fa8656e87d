// Runs asynchronous steps one after another, in the order they were asked for.

export type Serial = <Value>(step: () => Promise<Value>) => Promise<Value>;

export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return (step) => {
    const next = last.then(step, step);
    last = next;
    // The caller owns the failure; this chain only waits.
    next.catch(() => undefined);
    return next;
  };
}
