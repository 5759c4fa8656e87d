// The link to every agent: who they are, how they joined, what was asked of them.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table agent (
      id uuid primary key,
      host_id uuid references host on delete set null,
      name text not null,
      cluster text not null default 'default',
      public_key text not null unique,
      status text not null check (status in ('pending', 'approved', 'revoked')),
      version text not null default '',
      ip text,
      connected boolean not null default false,
      -- Which gateway process holds the connection: it clears its own rows when it starts again.
      gateway text,
      connected_at_ms bigint,
      last_contact_at_ms bigint,
      enrolled_at_ms bigint not null,
      approved_by text,
      -- Last request sequence number given to this agent.
      last_seq bigint not null default 0
    );
    create table join_token (
      id uuid primary key,
      hash text not null unique,
      note text not null default '',
      approve boolean not null,
      uses_left integer not null,
      cluster text not null default 'default',
      expires_at_ms bigint not null,
      created_by text not null,
      created_at_ms bigint not null
    );
    create table agent_request (
      -- The unit of delivery and of dedupe: hash of run, step, attempt and agent.
      id text primary key,
      agent_id uuid not null references agent on delete cascade,
      run_id uuid,
      action text not null,
      body jsonb not null,
      -- Order of the requests of one agent; part of what is signed.
      seq bigint not null,
      requested_by text not null,
      status text not null check (status in ('queued', 'sent', 'delivered', 'started', 'finished')),
      cancel_requested_by text,
      cancel_requested_at_ms bigint,
      outcome jsonb,
      created_at_ms bigint not null,
      expires_at_ms bigint not null,
      -- When an agent that is away and may have taken the request is no longer waited for.
      give_up_at_ms bigint not null,
      sent_at_ms bigint,
      delivered_at_ms bigint,
      started_at_ms bigint,
      finished_at_ms bigint
    );
    create index agent_request_open on agent_request (agent_id) where status <> 'finished';
    create index agent_request_expiry on agent_request (expires_at_ms) where status <> 'finished';
    create table agent_request_output (
      request_id text not null references agent_request on delete cascade,
      seq integer not null,
      stream text not null check (stream in ('stdout', 'stderr')),
      at_ms bigint not null,
      -- Bytes that the agent left out before this chunk, over its cap.
      omitted_bytes bigint not null default 0,
      chunk bytea not null,
      primary key (request_id, seq)
    );
  `.execute(db);
}
