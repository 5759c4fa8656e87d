// The door to monitoring objects: sets of documents and of Nagios configurations, what they
// say, and what comes of them when they are applied.

import type { Actor } from '#kernel/domain/actor.ts';
import type { ImportReport } from './objects/import-report.ts';
import type { ObjectType } from './objects/monitoring-object.ts';
import type { SetFiles } from './objects-store/read-set.ts';

export type { SetFiles } from './objects-store/read-set.ts';
export type { SentFile } from './objects-store/uploaded-files.ts';
export type { ImportReport } from './objects/import-report.ts';

export interface SetRequest {
  /** Letters, digits and `._:/@-`, at most 200. */
  name: string;
  /** Replaces all that the set had, unless `keepsOthers`. */
  documents: SetFiles;
  /** In which its hosts are looked up by name, and made; default: as the set has it, else `default`. */
  cluster?: string;
  /** Takes what can be taken, instead of refusing the whole set for an error. For Nagios configurations only. */
  acceptRest?: boolean;
  /** YAML: objects of the set that are not among the documents stay as they are. */
  keepsOthers?: boolean;
}

export interface ObjectLine {
  type: ObjectType;
  name: string;
  file: string;
  line: number;
}

export interface CheckLine {
  hostName: string;
  object: 'host' | 'service';
  name: string;
}

export interface SetProblemLine {
  owner: string;
  file: string;
  line: number;
  severity: 'error' | 'warning';
  message: string;
}

/** Names are at most 500 of each; counts are whole. */
export interface SetChanges {
  objects: {
    created: ObjectLine[];
    changed: ObjectLine[];
    deleted: ObjectLine[];
    counts: { created: number; changed: number; deleted: number; unchanged: number };
  };
  hosts: {
    created: string[];
    /** Hosts of the inventory that now have objects. */
    joined: string[];
    /** No object names them any more. They stay: to retire a host is a person's decision. */
    left: string[];
    counts: { created: number; joined: number; changed: number; left: number };
  };
  checks: {
    created: CheckLine[];
    changed: (CheckLine & { values: { name: string; before: unknown; after: unknown }[] })[];
    deleted: CheckLine[];
    counts: { created: number; changed: number; deleted: number; unchanged: number };
  };
  /** Parents, dependencies, time periods and resource macros that are written or deleted. */
  ties: { parents: number; dependencies: number; timePeriods: number; resources: number };
}

export interface SetOutcome {
  name: string;
  kind: 'yaml' | 'nagios';
  /** 'preview': nothing was written. 'refused': nothing was written, because of errors. */
  outcome: 'applied' | 'preview' | 'refused';
  /** Errors stand in the way; with `acceptRest` the rest of a Nagios configuration can be taken. */
  isRefusable: boolean;
  report: ImportReport;
  changes: SetChanges;
  /** What applying it breaks or heals not in other sets: problems that they did not have. */
  others: SetProblemLine[];
}

export interface SetSummary {
  name: string;
  kind: 'yaml' | 'nagios';
  cluster: string;
  appliedAtMs: number;
  appliedBy: string;
  version: number;
  /** Objects by type, templates included. */
  objects: Record<string, number>;
  hosts: number;
  checks: number;
  problems: SetProblemLine[];
}

export interface ObjectSummary extends ObjectLine {
  id: string;
  owner: string;
  /** A template alone. */
  isTemplate: boolean;
  use: string[];
  version: number;
}

export interface ObjectFilter {
  type?: ObjectType;
  owner?: string;
  /** Part of the name, without case. */
  search?: string;
  /** Begin after so many. */
  offset: number;
  limit: number;
}

export interface ResolvedValue {
  name: string;
  value: string;
  /** In words: a template, a file and line. */
  from: string;
}

export interface ObjectDetail extends ObjectSummary {
  /** The object as a YAML document. */
  yaml: string;
  /** With its templates taken in. */
  values: ResolvedValue[];
  /** Templates in the order in which they are asked, each once; `isMissing`: nobody defines it. */
  templates: { name: string; id: string | null; isMissing: boolean }[];
  /** Objects that name it; at most 200. */
  usedBy: ObjectSummary[];
  usedByCount: number;
  /** Checks that it has made; at most 200. */
  checks: (CheckLine & { id: string })[];
  checkCount: number;
  /** "For every host where …", in words. */
  rule: string | null;
}

export interface RuleMatch {
  hostName: string;
  hostId: string | null;
  matches: boolean;
  because: string;
}

export interface RuleTest {
  rule: string;
  matching: number;
  hosts: RuleMatch[];
}

/** One object as people edit it: a YAML document. */
export interface ObjectEdit {
  yaml: string;
  /** Of the object that is replaced; undefined adds one. */
  id?: string;
  version?: number;
  /** The set it belongs to. */
  owner: string;
}

/**
 * Commands throw `too_large`, `bad_file_name`, `bad_set_name` (400), `other_kind` (409) for a set that is of the other
 * kind, `not_found`, `stale_version` (409). Errors inside the documents are no exception: the outcome tells them.
 */
export interface ObjectsApi {
  listSets(): Promise<SetSummary[]>;
  getSet(name: string): Promise<SetSummary>;
  /** What `apply` would do and say. */
  preview(request: SetRequest): Promise<SetOutcome>;
  apply(actor: Actor, request: SetRequest): Promise<SetOutcome>;
  previewRemoval(name: string): Promise<SetOutcome>;
  /** Its checks go, its hosts stay. `acceptRest`: also when objects of other sets need it. */
  removeSet(actor: Actor, name: string, options?: { acceptRest?: boolean }): Promise<SetOutcome>;
  /** YAML documents that apply back to the same. */
  exportSet(name: string): Promise<string>;
  listObjects(filter: ObjectFilter): Promise<{ items: ObjectSummary[]; total: number }>;
  getObject(id: string): Promise<ObjectDetail>;
  previewEdit(edit: ObjectEdit): Promise<SetOutcome>;
  applyEdit(actor: Actor, edit: ObjectEdit): Promise<SetOutcome>;
  previewDelete(id: string): Promise<SetOutcome>;
  deleteObject(actor: Actor, id: string): Promise<SetOutcome>;
  /** Which hosts the rule of a YAML service would catch now, and why not the others; at most 500, those that match first. */
  testRule(yaml: string, search?: string): Promise<RuleTest>;
}
