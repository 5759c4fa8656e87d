// A check as it is run: what the table says, with durations in milliseconds and
// the host that it is about.

export interface CheckDefinition {
  id: string;
  name: string;
  hostId: string;
  hostName: string;
  /** IP address of the host, or its name where none is known. */
  address: string;
  kind: string;
  spec: unknown;
  intervalMs: number;
  retryIntervalMs: number;
  maxAttempts: number;
  timeoutMs: number;
}
