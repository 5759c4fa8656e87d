// What a host should be like, as server and agent speak of it. Files are rendered on
// the server; the agent compares, and changes only when it is told to enforce.

interface ItemIdentity {
  desiredStateId: string;
  /** Version of the definition that the item was made from. */
  version: number;
  name: string;
}

export interface FileItem extends ItemIdentity {
  kind: 'file';
  /** Absolute path on the host. */
  path: string;
  content: string;
  /** User and group names; left as they are when absent. */
  owner?: string;
  group?: string;
  /** Octal text such as "0644". */
  mode: string;
}

export interface ServiceItem extends ItemIdentity {
  kind: 'service';
  service: string;
  running: boolean;
  /** Argument arrays, no shell; where systemd runs they may be absent. Status: exit code 0 = running. */
  startCommand?: string[];
  stopCommand?: string[];
  statusCommand?: string[];
}

/** One entry of the body of a `desired_state` request: `{mode, items}`. */
export type CatalogItem = FileItem | ServiceItem;

/** 'report' changes nothing; 'enforce' makes it so and looks again. */
export type DesiredStateMode = 'report' | 'enforce';

/** One entry of `RequestOutcome.result.items`. */
export interface DesiredStateResult {
  desiredStateId: string;
  version: number;
  /** How the host stands after the request; 'failed' when it could not be compared or put right. */
  status: 'in_sync' | 'drifted' | 'failed';
  /** True when this request changed the host. */
  changed: boolean;
  /** One sentence: what differs, what was done, or why it failed. */
  summary: string;
  /** Unified diff from what was to what should be; at most 64 KiB. */
  diff: string;
}
