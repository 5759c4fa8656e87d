// Views: charts that people keep together under a name.

import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table view (
      id uuid primary key,
      name text not null unique,
      description text not null default '',
      -- [{title, chart, query}], as web/contract/views.ts has them
      items jsonb not null,
      version integer not null default 1,
      created_by text not null,
      created_at_ms bigint not null,
      updated_by text not null,
      updated_at_ms bigint not null
    );
  `.execute(db);
}
