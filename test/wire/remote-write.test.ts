import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRemoteWrite } from '#wire/remote-write.ts';
import { encodeRemoteWrite } from '#test/support/remote-write.ts';

describe('Prometheus remote-write', () => {
  test('series with their labels and samples, and metadata', () => {
    const bytes = encodeRemoteWrite({
      series: [
        {
          labels: { __name__: 'node_load1', instance: 'web-1:9100', job: 'node' },
          samples: [
            { value: 0.25, atMs: 1_700_000_000_123 },
            { value: -1e300, atMs: -5 },
          ],
        },
      ],
      metadata: [{ family: 'node_load1', type: 2, help: 'Load', unit: '' }],
    });
    const decoded = decodeRemoteWrite(bytes);
    expect(decoded).toEqual({
      ok: true,
      value: {
        series: [
          {
            labels: new Map([
              ['__name__', 'node_load1'],
              ['instance', 'web-1:9100'],
              ['job', 'node'],
            ]),
            samples: [
              { value: 0.25, atMs: 1_700_000_000_123 },
              { value: -1e300, atMs: -5 },
            ],
          },
        ],
        metadata: [{ family: 'node_load1', type: 'gauge', help: 'Load', unit: '' }],
      },
    });
  });

  test('an empty request is one without series', () => {
    expect(decodeRemoteWrite(new Uint8Array())).toEqual({ ok: true, value: { series: [], metadata: [] } });
  });

  const bad: [title: string, bytes: number[]][] = [
    ['a message that is cut', [0x0a, 0x05, 0x0a]],
    ['a number where a message belongs', [0x08, 0x01]],
    ['a group, which nobody writes any more', [0x0b]],
    ['a varint without end', Array.from({ length: 11 }, () => 0xff)],
    ['a text of four gigabytes', [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  ];
  test.each(bad)('%s is refused', (_title, bytes) => {
    expect(decodeRemoteWrite(Uint8Array.from(bytes))).toMatchObject({ ok: false, reason: 'bad_protobuf' });
  });

  test('fields of later versions are skipped', () => {
    const later = Uint8Array.from([0x7a, 0x02, 1, 2, 0x80, 0x01, 5, 0x89, 0x01, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(decodeRemoteWrite(later)).toMatchObject({ ok: true });
  });

  test('no mutation makes it throw', () => {
    const bytes = encodeRemoteWrite({
      series: Array.from({ length: 5 }, (_, index) => ({
        labels: { __name__: `metric_${index}`, instance: 'a:1' },
        samples: [{ value: index, atMs: 1_700_000_000_000 }],
      })),
      metadata: [],
    });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, cut) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = byte;
        expect(typeof decodeRemoteWrite(changed.subarray(0, cut)).ok).toBe('boolean');
      }),
    );
  });
});
