// What checks hear from elsewhere: the last words of jobs that report by themselves (one row for
// each check with a ping URL), and answers of agents that are told to nobody else.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table heartbeat (
      check_id uuid primary key references "check" on delete cascade,
      -- SHA-256 of the token in the URL, in hex; the token itself is shown once.
      token_hash text not null unique,
      -- Silence counts from here until the first ping.
      created_at_ms bigint not null,
      -- The run that was announced and has not ended.
      started_at_ms bigint,
      ended_at_ms bigint,
      -- 0 = success; null before the first end.
      exit_code integer,
      run_ms bigint,
      output text not null default ''
    );
    -- Asked a thousand times a minute: leaves no events and is forgotten once it was read.
    alter table agent_request add column quiet boolean not null default false;
    create index agent_request_quiet on agent_request (finished_at_ms) where quiet;
  `.execute(db);
}
