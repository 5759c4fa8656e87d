// Rules, alerts, contacts, and the delivery log: the memory of what was said.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rule (
      id uuid primary key,
      name text not null unique,
      -- metric: a condition on a metric; check: a check state; host_down: silence of a host
      kind text not null check (kind in ('metric', 'check', 'host_down')),
      spec jsonb not null,
      severity text not null check (severity in ('page', 'urgent', 'ticket', 'info')),
      notify text not null default 'at_once' check (notify in ('at_once', 'if_not_healed')),
      contact_ids jsonb not null default '[]',
      enabled boolean not null default true,
      origin text,
      version integer not null default 1,
      created_at_ms bigint not null,
      updated_at_ms bigint not null
    );
    -- What the rule runner remembers of one series, so that a restart neither re-opens nor forgets.
    create table rule_condition (
      rule_id uuid not null references rule on delete cascade,
      series text not null,
      state jsonb not null,
      updated_at_ms bigint not null,
      primary key (rule_id, series)
    );
    create table alert (
      id uuid primary key,
      fingerprint text not null,
      -- Episodes outlive their rule, so its name is kept beside the reference.
      rule_id uuid references rule on delete set null,
      rule_name text not null,
      host_id uuid references host on delete set null,
      check_id uuid,
      -- Order of the conditions of one fingerprint: what is not newer than this is a repeat.
      condition_at_ms bigint not null,
      title text not null,
      severity text not null,
      state text not null check (state in ('open', 'acknowledged', 'resolved')),
      labels jsonb not null default '{}',
      -- {summary, detail} of the moment it opened, and of the moment it closed
      opened_evidence jsonb not null,
      resolved_evidence jsonb,
      value double precision,
      threshold double precision,
      opened_at_ms bigint not null,
      acknowledged_at_ms bigint,
      acknowledged_by text,
      resolved_at_ms bigint,
      resolved_by text,
      healed_by_run_id uuid,
      reopened integer not null default 0,
      pages_sent integer not null default 0,
      -- What automation is doing about it, for the problems list.
      reflex_status text,
      reflex_summary text,
      reflex_run_id uuid,
      -- When people are told although automation was to try first; null when they know or need not.
      escalate_at_ms bigint,
      opened_event_id bigint
    );
    -- One live alert per fingerprint: a storm of the same condition is one alert.
    create unique index alert_live on alert (fingerprint) where state <> 'resolved';
    create index alert_by_fingerprint on alert (fingerprint, opened_at_ms desc);
    create index alert_to_escalate on alert (escalate_at_ms) where escalate_at_ms is not null;
    create index alert_by_time on alert (opened_at_ms desc);
    create index alert_by_host on alert (host_id, opened_at_ms desc);
    create table alert_comment (
      id uuid primary key,
      alert_id uuid not null references alert on delete cascade,
      by_name text not null,
      comment text not null,
      at_ms bigint not null
    );

    create table contact (
      id uuid primary key,
      name text not null unique,
      channel text not null check (channel in ('mail', 'pagerduty', 'webhook')),
      -- mail: {address}; pagerduty: {url?, secret}; webhook: {url, secret?}; secrets are sealed
      config jsonb not null,
      is_default boolean not null default false,
      -- Told instead when this one cannot be reached.
      fallback_id uuid references contact on delete set null,
      enabled boolean not null default true,
      version integer not null default 1,
      created_at_ms bigint not null
    );
    create table delivery (
      id uuid primary key,
      -- Order of what one contact hears of one alert: a recovery never overtakes its problem.
      seq bigint generated always as identity,
      -- Derived from event and contact: the same event gives the same delivery.
      dedup_key text not null unique,
      alert_id uuid references alert on delete cascade,
      contact_id uuid references contact on delete set null,
      contact_name text not null,
      channel text not null,
      kind text not null check (kind in ('problem', 'recovery', 'acknowledgement', 'escalation', 'test')),
      status text not null check (status in ('pending', 'sending', 'sent', 'failed')),
      attempts integer not null default 0,
      next_attempt_at_ms bigint not null,
      idempotency_key text not null,
      cause_event_id bigint,
      message jsonb not null,
      last_error text,
      created_at_ms bigint not null,
      sent_at_ms bigint
    );
    create index delivery_due on delivery (next_attempt_at_ms) where status in ('pending', 'sending');
    create index delivery_by_alert on delivery (alert_id, seq);
    create table outbox_mail (
      message_id text primary key,
      delivery_id uuid,
      mail_from text not null,
      mail_to text not null,
      subject text not null,
      body_text text not null,
      body_html text not null,
      at_ms bigint not null
    );
  `.execute(db);
}
