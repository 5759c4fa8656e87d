// Monitoring objects: hosts as checked objects, parents, dependencies, time periods, downtime,
// comments, the history that availability is counted from, and results that come from outside.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Documents that are applied together, or a Nagios configuration: owner of the objects below.
    create table object_set (
      name text primary key,
      kind text not null check (kind in ('yaml', 'nagios')),
      -- In which its hosts are looked up by name, and made.
      cluster text not null,
      -- Of the main file of a Nagios configuration: intervals, timeouts, thresholds.
      settings jsonb not null,
      -- What was wrong with its files when they were read: [{file, line, severity, message}], bounded
      read_problems jsonb not null default '[]',
      -- and what is now, put beside the other sets and the inventory.
      problems jsonb not null default '[]',
      applied_at_ms bigint not null,
      applied_by text not null,
      version integer not null default 1
    );
    -- What people wrote or imported: templates, commands, apply rules and the rest, unresolved.
    create table monitoring_object (
      id uuid primary key,
      -- host, service, hostgroup, command, timeperiod …
      type text not null,
      name text not null,
      owner text not null references object_set on delete cascade,
      -- As checks/objects-store/object-body.ts writes it.
      body jsonb not null,
      -- Where it stands in its set: {file, line, lines: {directive: line}}
      source jsonb not null default '{}',
      -- In its set, from 0.
      position integer not null default 0,
      version integer not null default 1,
      created_at_ms bigint not null,
      updated_at_ms bigint not null
    );
    create index monitoring_object_by_name on monitoring_object (type, name);
    create index monitoring_object_by_owner on monitoring_object (owner);

    alter table "check"
      add column object text not null default 'service' check (object in ('host', 'service')),
      -- What differs from the defaults of checks/check-settings.ts.
      add column settings jsonb not null default '{}',
      -- Names, custom variables, contacts and where each value came from; see checks/check-details.ts.
      add column details jsonb not null default '{}',
      add column service_groups text[] not null default '{}',
      -- The set of documents that made it; such a check is changed there.
      add column owner text,
      -- Of all that the set says of it, and of where it says so: what did not change is not written again.
      add column digest text,
      drop constraint check_host_id_name_key,
      add constraint check_name_on_host unique (host_id, object, name);
    create index check_by_owner on "check" (owner) where owner is not null;

    create table host_parent (
      host_id uuid not null references host on delete cascade,
      parent_id uuid not null references host on delete cascade,
      owner text,
      primary key (host_id, parent_id)
    );
    create table check_dependency (
      master_id uuid not null references "check" on delete cascade,
      dependent_id uuid not null references "check" on delete cascade,
      purpose text not null check (purpose in ('execution', 'notification')),
      -- States of the master in which the dependent is held back; 'pending' = never checked.
      states text[] not null,
      period text,
      inherits_parent boolean not null default false,
      owner text,
      primary key (dependent_id, master_id, purpose)
    );
    create index check_dependency_by_master on check_dependency (master_id);
    create table time_period (
      name text primary key,
      -- Resolved directives of the period: {alias, exclude, monday: …}
      definition jsonb not null,
      owner text
    );
    -- $USERn$ of commands; may be passwords.
    create table resource_macro (
      name text primary key,
      sealed text not null,
      owner text
    );
    -- Groups and members that a set of objects has made; others are made by hand and stay.
    alter table host_group add column owner text;
    alter table host_group_member add column owner text;

    -- Hot: rewritten by every result, so small and without indexes on what changes.
    alter table check_state
      drop column ring,
      add column acknowledged text not null default 'none' check (acknowledged in ('none', 'normal', 'sticky')),
      add column downtime_depth integer not null default 0,
      add column is_flapping boolean not null default false,
      -- Why a problem that stands is not told to anybody; null = it is, or there is none.
      add column muted_by text,
      add column last_ok_at_ms bigint,
      -- 'active', or where the last result came from
      add column via text not null default 'active',
      -- Name of the checker that stored the last result.
      add column checked_by text not null default '',
      set (fillfactor = 70);
    -- The last 90 results, oldest first: [[atMs, state code, soft|hard, output?], ...]
    create table check_ring (
      check_id uuid primary key references "check" on delete cascade,
      ring jsonb not null default '[]'
    );
    insert into check_ring (check_id) select id from "check";

    -- One row for each change of what availability is counted from; the first one begins the count.
    create table check_history (
      check_id uuid not null references "check" on delete cascade,
      at_ms bigint not null,
      seq bigint generated always as identity,
      -- 'unwatched' = nobody looked from here on, until the next row
      state text not null,
      state_type text not null,
      in_downtime boolean not null,
      output text not null default '',
      primary key (check_id, at_ms, seq)
    );

    create table downtime (
      id bigint generated always as identity primary key,
      host_id uuid not null references host on delete cascade,
      -- null = the host as such; its services are then not told of either
      check_id uuid references "check" on delete cascade,
      author text not null,
      comment text not null,
      starts_at_ms bigint not null,
      ends_at_ms bigint not null,
      is_fixed boolean not null,
      -- flexible ones: how long it lasts from its first problem
      duration_ms bigint not null,
      triggered_by bigint references downtime on delete cascade,
      recurring_id uuid,
      -- A changed recurring downtime plans its occurrences anew.
      recurring_version integer,
      -- Those planned together have the same; null = planned alone.
      batch text,
      status text not null check (status in ('pending', 'active', 'ended', 'cancelled', 'expired')),
      began_at_ms bigint,
      over_at_ms bigint,
      entered_at_ms bigint not null
    );
    create index downtime_open on downtime (host_id) where status in ('pending', 'active');
    create index downtime_by_time on downtime (starts_at_ms, ends_at_ms);
    create index downtime_by_batch on downtime (batch) where batch is not null;
    create unique index downtime_once on downtime (recurring_id, recurring_version, host_id, check_id, starts_at_ms)
      nulls not distinct where recurring_id is not null;
    create table recurring_downtime (
      id uuid primary key,
      name text not null unique,
      -- Resolved at each occurrence; see DowntimeTarget in checks/downtime-api.ts.
      target jsonb not null,
      -- {zone, days: {monday: "02:00-03:00", …}}, days as in a time period
      schedule jsonb not null,
      is_fixed boolean not null default true,
      duration_ms bigint not null default 0,
      author text not null,
      comment text not null,
      enabled boolean not null default true,
      version integer not null default 1,
      created_at_ms bigint not null
    );
    create table check_comment (
      id bigint generated always as identity primary key,
      host_id uuid not null references host on delete cascade,
      check_id uuid references "check" on delete cascade,
      kind text not null check (kind in ('user', 'acknowledgement', 'flapping', 'downtime')),
      author text not null,
      comment text not null,
      is_persistent boolean not null default true,
      at_ms bigint not null,
      expires_at_ms bigint
    );
    create index check_comment_by_host on check_comment (host_id);

    -- Results and commands for objects that another process runs: it takes them in order.
    create table check_inbox (
      id bigint generated always as identity primary key,
      slot integer not null,
      body jsonb not null,
      at_ms bigint not null
    );
    create index check_inbox_by_slot on check_inbox (slot, id);
  `.execute(db);
}
