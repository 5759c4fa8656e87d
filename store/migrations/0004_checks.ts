// Checks and the state each is in. State and its event are committed together.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table "check" (
      id uuid primary key,
      name text not null,
      host_id uuid not null references host on delete cascade,
      kind text not null,
      spec jsonb not null,
      interval_sec double precision not null,
      retry_interval_sec double precision not null,
      max_attempts integer not null,
      timeout_sec double precision not null,
      enabled boolean not null default true,
      -- Set on checks that Plexus made itself, so that they are made once and may be deleted.
      origin text,
      version integer not null default 1,
      created_at_ms bigint not null,
      updated_at_ms bigint not null,
      unique (host_id, name)
    );
    create table check_state (
      check_id uuid primary key references "check" on delete cascade,
      state text not null default 'pending',
      state_type text not null default 'hard',
      attempt integer not null default 1,
      -- The whole machine state (flapping history and so on) as the pure function needs it.
      machine jsonb not null default '{}',
      output text not null default '',
      long_output text not null default '',
      perfdata text not null default '',
      last_check_at_ms bigint,
      last_change_at_ms bigint,
      last_hard_change_at_ms bigint,
      next_check_at_ms bigint,
      latency_ms double precision,
      execution_ms double precision,
      -- Last 90 results, oldest first: [[atMs, state code, soft|hard, output], ...]
      ring jsonb not null default '[]'
    );
  `.execute(db);
}
