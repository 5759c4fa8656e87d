// Gathers samples and hands them on in batches, so that history and rules pay their
// price once per batch and not once per packet.

import type { Clock, Timer } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';

export interface SampleBatch {
  add(sample: Sample): void;
  /** Hands over what is gathered, if anything. */
  flush(): void;
  readonly handedOver: { batches: number; samples: number };
}

/** A sample waits at most `maxWaitMs`; a batch holds at most `maxSamples`. `handOver` is called synchronously. */
export function createSampleBatch(
  deps: { clock: Clock; handOver: (samples: Sample[]) => void },
  options: { maxWaitMs: number; maxSamples: number },
): SampleBatch {
  let gathered: Sample[] = [];
  let timer: Timer | undefined;
  const handedOver = { batches: 0, samples: 0 };

  function flush(): void {
    timer?.cancel();
    timer = undefined;
    if (gathered.length === 0) return;
    const batch = gathered;
    gathered = [];
    handedOver.batches++;
    handedOver.samples += batch.length;
    deps.handOver(batch);
  }

  return {
    handedOver,
    flush,
    add(sample) {
      gathered.push(sample);
      if (gathered.length >= options.maxSamples) flush();
      else timer ??= deps.clock.after(options.maxWaitMs, flush);
    },
  };
}
