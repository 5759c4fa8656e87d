// People, their sessions, and API tokens.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table user_account (
      id uuid primary key,
      login text not null unique,
      name text not null,
      email text,
      role text not null check (role in ('viewer', 'operator', 'engineer', 'admin')),
      password_hash text not null,
      disabled boolean not null default false,
      created_at_ms bigint not null,
      last_login_at_ms bigint
    );
    create table session (
      id_hash text primary key,
      user_id uuid not null references user_account on delete cascade,
      csrf_token text not null,
      created_at_ms bigint not null,
      expires_at_ms bigint not null,
      ip text,
      user_agent text
    );
    create table api_token (
      id uuid primary key,
      name text not null,
      hash text not null unique,
      role text not null check (role in ('viewer', 'operator', 'engineer', 'admin')),
      created_by text not null,
      created_at_ms bigint not null,
      expires_at_ms bigint,
      last_used_at_ms bigint
    );
  `.execute(db);
}
