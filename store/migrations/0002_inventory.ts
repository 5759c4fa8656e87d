// What exists and what should: hosts, groups, reported state, desired state, drift.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table host (
      id uuid primary key,
      name text not null,
      cluster text not null,
      ip text,
      lifecycle text not null default 'in_service' check (lifecycle in ('in_service', 'maintenance', 'retired')),
      -- Whether metrics arrive; null until anything was heard.
      reporting boolean,
      reporting_changed_at_ms bigint,
      owner text,
      description text not null default '',
      variables jsonb not null default '{}',
      facts jsonb not null default '{}',
      packages jsonb not null default '[]',
      services jsonb not null default '[]',
      processes jsonb not null default '[]',
      reported_at_ms bigint,
      created_at_ms bigint not null,
      retired_at_ms bigint,
      -- The host that took over names, groups and series of this one; history stays here.
      merged_into uuid references host on delete set null,
      version integer not null default 1
    );
    create index host_by_name on host (lower(name), id);
    create index host_by_cluster on host (cluster, lower(name));

    create table host_alias (
      kind text not null check (kind in ('agent', 'gmond', 'nagios')),
      value text not null,
      host_id uuid not null references host on delete cascade,
      primary key (kind, value)
    );
    create index host_alias_by_host on host_alias (host_id);

    -- Under which names the metric history keeps what a host sent.
    create table host_series (
      cluster text not null,
      name text not null,
      host_id uuid not null references host on delete cascade,
      heard_at_ms bigint not null,
      primary key (cluster, name)
    );
    create index host_series_by_host on host_series (host_id);
    create index host_series_folded on host_series (cluster, lower(name));

    create table host_group (
      id uuid primary key,
      name text not null unique,
      description text not null default '',
      variables jsonb not null default '{}',
      priority integer not null default 0,
      created_at_ms bigint not null,
      version integer not null default 1
    );
    create table host_group_member (
      group_id uuid not null references host_group on delete cascade,
      host_id uuid not null references host on delete cascade,
      primary key (group_id, host_id)
    );
    create index host_group_member_by_host on host_group_member (host_id);

    create table desired_state (
      id uuid primary key,
      name text not null unique,
      kind text not null check (kind in ('file', 'service')),
      -- file: {path, template, owner?, group?, mode}; service: {service, running, startCommand?, stopCommand?, statusCommand?}
      spec jsonb not null,
      -- {hostIds: [...], groupIds: [...]}
      target jsonb not null,
      enabled boolean not null default true,
      version integer not null default 1,
      created_at_ms bigint not null,
      updated_at_ms bigint not null
    );
    create table drift (
      desired_state_id uuid not null references desired_state on delete cascade,
      host_id uuid not null references host on delete cascade,
      status text not null check (status in ('in_sync', 'drifted', 'failed', 'pending')),
      summary text not null default '',
      diff text not null default '',
      desired_version integer not null,
      since_ms bigint not null,
      checked_at_ms bigint,
      primary key (desired_state_id, host_id)
    );
    create index drift_by_host on drift (host_id);
  `.execute(db);
}
