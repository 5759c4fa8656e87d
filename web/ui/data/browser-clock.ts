// The one place of the console that asks the browser for the time or waits.

/** Epoch milliseconds. */
export const nowMs = (): number => Date.now();

/** Calls `tick` every `everyMs` until the returned function is called. */
export function repeat(everyMs: number, tick: () => void): () => void {
  const timer = setInterval(tick, everyMs);
  return () => clearInterval(timer);
}

/** Calls `act` once after `delayMs` unless the returned function is called before. */
export function later(delayMs: number, act: () => void): () => void {
  const timer = setTimeout(act, delayMs);
  return () => clearTimeout(timer);
}

/** Calls `act` before the next picture is drawn unless the returned function is called before. */
export function nextFrame(act: () => void): () => void {
  const frame = requestAnimationFrame(act);
  return () => cancelAnimationFrame(frame);
}
