// What an object is called and carries besides its settings: names, links, custom variables,
// whom it belongs to, and from where each value came. Stored as it is; nothing here is counted.

export interface CheckDetails {
  displayName?: string;
  alias?: string;
  /** Of a host object: where it is reached, when that is not what inventory knows. */
  address?: string;
  notes?: string;
  notesUrl?: string;
  actionUrl?: string;
  /** Custom variables without their underscore, in upper case, as macros name them. */
  vars?: Record<string, string>;
  /** `check_command` as written, for the macro of that name. */
  command?: string;
  eventHandler?: string;
  contacts?: string[];
  contactGroups?: string[];
  /** Host groups of the object set, for macros and Livestatus; inventory keeps membership. */
  hostGroups?: string[];
  /** Object definitions that each value came from: directive → where. */
  values?: Record<string, { value: string; from: string }>;
}
