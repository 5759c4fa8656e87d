// Words of the metric side, shared by collector, history, rules and checks.

/** Ganglia slope, in wire order (spec: gm_protocol slope enumeration). */
export const SLOPES = ['zero', 'positive', 'negative', 'both', 'unspecified', 'derivative'] as const;
export type Slope = (typeof SLOPES)[number];

/** One numeric value of one series. The hot path passes these in batches and keeps none. */
export interface Sample {
  cluster: string;
  /** Display name of the host as the collector knows it (see `hostKey` for identity). */
  host: string;
  /** gmond key of the host inside its cluster: source IP, or the text before ':' of a spoofed name. */
  hostKey: string;
  metric: string;
  value: number;
  /** Epoch milliseconds at which the collector heard it. */
  atMs: number;
  /** Its metric comes so often that history must not round the instant: two values would share a stamp. */
  exact?: boolean;
}

/** Identity of a stored series. Labels are plain text and may hold anything but NUL. */
export interface SeriesKey {
  cluster: string;
  host: string;
  metric: string;
}

export const seriesId = (key: SeriesKey): string => `${key.cluster}\0${key.host}\0${key.metric}`;
