// The event log, consumer positions, leases, settings and the audit trail.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table event (
      id bigint generated always as identity primary key,
      -- The writing transaction: consumers read in (xid, id) order and only below
      -- pg_snapshot_xmin, so that a row which commits late is never skipped.
      xid xid8 not null default pg_current_xact_id(),
      kind text not null,
      at_ms bigint not null,
      host_id uuid, check_id uuid, alert_id uuid, run_id uuid,
      cause_id bigint,
      data jsonb not null
    );
    create index event_by_xid on event (xid, id);
    create index event_by_time on event (at_ms desc, id desc);
    create index event_by_host on event (host_id, id desc) where host_id is not null;
    create index event_by_check on event (check_id, id desc) where check_id is not null;
    create index event_by_alert on event (alert_id, id desc) where alert_id is not null;
    create index event_by_run on event (run_id, id desc) where run_id is not null;

    create table consumer_position (
      consumer text primary key,
      xid xid8 not null default '0',
      id bigint not null default 0,
      -- Tries of the event that stands next, so that a poisonous one is set aside in the end.
      failures integer not null default 0,
      updated_at_ms bigint not null
    );
    create table consumer_failure (
      consumer text not null,
      event_id bigint not null,
      failed_at_ms bigint not null,
      error text not null,
      primary key (consumer, event_id)
    );

    create table lease (
      name text primary key,
      holder text not null,
      expires_at_ms bigint not null
    );

    -- Small singletons of the installation: signing key, gateway certificate, installation id.
    -- Values under "sealed" are encrypted with the secret key.
    create table setting (
      key text primary key,
      value jsonb not null,
      updated_at_ms bigint not null
    );

    create table audit_entry (
      seq bigint generated always as identity primary key,
      at_ms bigint not null,
      actor text not null,
      action text not null,
      object text not null,
      result text not null check (result in ('done', 'refused', 'failed')),
      source text not null,
      details jsonb not null,
      previous_hash text not null,
      hash text not null
    );
    create index audit_entry_by_time on audit_entry (at_ms desc);
  `.execute(db);
}
