// Runbooks, reflexes with their guard, runs and tasks, artifacts and releases.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table runbook (
      id uuid primary key,
      name text not null unique,
      description text not null default '',
      version integer not null default 1,
      -- {inputs: [...], steps: [...]} of the current version
      definition jsonb not null,
      origin text,
      created_at_ms bigint not null,
      updated_at_ms bigint not null
    );
    create table runbook_version (
      runbook_id uuid not null references runbook on delete cascade,
      version integer not null,
      definition jsonb not null,
      saved_by text not null,
      saved_at_ms bigint not null,
      primary key (runbook_id, version)
    );
    create table reflex (
      id uuid primary key,
      name text not null unique,
      -- {ruleId?, checkId?, checkName?, hostIds?, groupIds?}: which alerts it answers
      match jsonb not null,
      runbook_id uuid not null references runbook on delete restrict,
      inputs jsonb not null default '{}',
      -- {cooldownSec, maxPerHour, onePerHost}
      guard jsonb not null,
      -- {withinSec}
      verify jsonb not null,
      armed boolean not null default true,
      origin text,
      version integer not null default 1,
      created_at_ms bigint not null,
      updated_at_ms bigint not null
    );
    create table reflex_attempt (
      id uuid primary key,
      reflex_id uuid not null references reflex on delete cascade,
      alert_id uuid not null,
      host_id uuid,
      check_id uuid,
      -- The event that set it off; a repeated event is the same attempt.
      trigger_event_id bigint not null,
      status text not null check (status in ('refused', 'running', 'verifying', 'verified', 'failed')),
      reason text,
      run_id uuid,
      decided_at_ms bigint not null,
      -- While running: when the whole attempt is given up. While verifying: when the condition must have cleared.
      deadline_ms bigint,
      next_recheck_at_ms bigint,
      -- The newest event of this attempt: cause of the one that follows.
      last_event_id bigint,
      finished_at_ms bigint,
      unique (reflex_id, trigger_event_id)
    );
    create index reflex_attempt_by_host on reflex_attempt (reflex_id, host_id, decided_at_ms desc);
    create index reflex_attempt_open on reflex_attempt (status) where status in ('running', 'verifying');

    create table run (
      id uuid primary key,
      title text not null,
      -- adhoc | runbook | reflex | deploy | rollback | drift
      source text not null,
      runbook_id uuid,
      runbook_version integer,
      reflex_attempt_id uuid,
      alert_id uuid,
      -- A retry takes up the unfinished hosts of its parent; attempt is part of every task id.
      parent_run_id uuid references run on delete set null,
      attempt integer not null default 1,
      -- Everything the run uses is frozen here at submit.
      steps jsonb not null,
      targets jsonb not null,
      inputs jsonb not null default '{}',
      options jsonb not null default '{}',
      requested_by text not null,
      status text not null check (status in ('queued', 'running', 'succeeded', 'partially_failed', 'failed', 'canceled')),
      current_step integer not null default 0,
      expected_hosts integer not null,
      -- {expected, byStatus}: hosts by status, as of the last step forward
      accounting jsonb not null default '{}',
      cancel_requested boolean not null default false,
      summary text not null default '',
      -- When it was last looked at: the sweep offers again what nobody looked at for a while.
      advanced_at_ms bigint not null,
      last_event_id bigint,
      created_at_ms bigint not null,
      started_at_ms bigint,
      finished_at_ms bigint
    );
    create index run_by_time on run (created_at_ms desc, id desc);
    create index run_by_alert on run (alert_id) where alert_id is not null;
    create index run_open on run (status) where status in ('queued', 'running');
    create table task (
      id text primary key,
      run_id uuid not null references run on delete cascade,
      step integer not null,
      attempt integer not null default 1,
      host_id uuid not null,
      host_name text not null,
      agent_id uuid,
      status text not null,
      reason text,
      exit_code integer,
      signal text,
      result jsonb,
      output_bytes bigint not null default 0,
      omitted_bytes bigint not null default 0,
      -- Hash of the whole kept output: hosts that said the same are shown once.
      output_hash text,
      created_at_ms bigint not null,
      sent_at_ms bigint,
      delivered_at_ms bigint,
      started_at_ms bigint,
      finished_at_ms bigint,
      -- When the result was committed here; started and finished are by the host's clock.
      reported_at_ms bigint,
      unique (run_id, step, attempt, host_id)
    );
    create index task_open on task (host_id) where status in ('queued', 'sent', 'delivered', 'running', 'canceling');
    create index task_by_host on task (host_id, created_at_ms desc);

    create table artifact (
      id uuid primary key,
      name text not null,
      version text not null,
      sha256 text not null,
      size_bytes bigint not null,
      -- False while it is being uploaded: its pieces are committed one by one, since a
      -- transaction as long as an upload would hold up every reader of the event log.
      complete boolean not null default false,
      uploaded_by text not null,
      uploaded_at_ms bigint not null
    );
    create unique index artifact_by_name on artifact (name, version) where complete;
    create index artifact_by_hash on artifact (sha256);
    -- Pieces of 1 MiB, so that no process ever holds a whole archive.
    create table artifact_chunk (
      artifact_id uuid not null references artifact on delete cascade,
      seq integer not null,
      content bytea not null,
      primary key (artifact_id, seq)
    );
    -- Archives are compressed already.
    alter table artifact_chunk alter column content set storage external;
    create table release (
      id uuid primary key,
      app text not null,
      version text not null,
      release_ts text not null,
      artifact_id uuid references artifact on delete set null,
      deploy_to text not null,
      run_id uuid,
      -- {hostIds: [...]}
      targets jsonb not null,
      options jsonb not null default '{}',
      state text not null check (state in ('deploying', 'good', 'failed', 'rolled_back')),
      current boolean not null default false,
      -- Set on the release that a roll-back under way leaves behind.
      rollback_run_id uuid,
      rollback_to_id uuid references release on delete set null,
      created_by text not null,
      created_at_ms bigint not null,
      finished_at_ms bigint
    );
    create index release_by_app on release (app, release_ts desc);
    create index release_by_run on release (run_id);
  `.execute(db);
}
