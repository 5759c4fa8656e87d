// How many gmond datagrams one core can decode, with nothing before or behind it; bench/receive.ts
// has the whole way of a packet. Run: node bench/decode.ts    (about 3 s)

import { systemClock } from '#kernel/clock.ts';
import { createGmondDecoder } from '#wire/gmond-packet.ts';
import { printFigure, printLoad } from './figures.ts';
import { datagramsOfLoad } from './ganglia-load.ts';

const MEASURED_MS = 1000;
const clock = systemClock();

function decodedPerSec(datagrams: Buffer[]): number {
  const decode = createGmondDecoder();
  const round = () => datagrams.forEach((datagram) => decode(datagram));
  for (let i = 0; i < 3; i++) round();
  let rounds = 0;
  const startMs = clock.monotonicMs();
  while (clock.monotonicMs() - startMs < MEASURED_MS) {
    round();
    rounds++;
  }
  return (rounds * datagrams.length * 1000) / (clock.monotonicMs() - startMs);
}

const { metadata, values } = datagramsOfLoad();
printFigure('values, decoded alone, one core', decodedPerSec(values), 'packets/s');
printFigure('metadata, decoded alone, one core', decodedPerSec(metadata), 'packets/s');
printLoad();
