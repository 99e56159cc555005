import { sql, type Kysely } from 'kysely';

/** Tables of `@devmesh/calls`. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table calls (
      id text primary key,
      organization_id text not null,
      principal_id text not null,
      principal_label text not null,
      user_id text,
      key_id text,
      tool text not null,
      system text not null,
      effect text not null check (effect in ('read', 'write', 'destroy')),
      connection text,
      state text not null,
      input jsonb not null,
      input_sealed text,
      input_hash text not null,
      idempotency_key text,
      schema_hash text not null,
      prepared jsonb,
      verify jsonb,
      verify_sealed text,
      undo jsonb,
      undo_sealed text,
      undo_of text,
      reply jsonb,
      reply_text text,
      timeout_ms integer not null,
      lease_until timestamptz,
      door text not null,
      request_id text,
      trace jsonb,
      created_at timestamptz not null,
      dispatched_at timestamptz,
      finished_at timestamptz,
      duration_ms double precision
    )`.execute(db);
  await sql`create index calls_history on calls (organization_id, created_at desc, id desc)`.execute(db);
  await sql`create unique index calls_once on calls (organization_id, principal_id, tool, idempotency_key)
    where idempotency_key is not null`.execute(db);
  // One way back at a time: a second click finds the first.
  await sql`create unique index calls_undone_once on calls (organization_id, undo_of)
    where undo_of is not null and state in ('received', 'awaiting_approval', 'dispatched', 'succeeded', 'outcome_unknown')`.execute(
    db,
  );
  await sql`create index calls_open on calls (state, lease_until)
    where state in ('received', 'dispatched', 'awaiting_approval')`.execute(db);
  await sql`
    create table approvals (
      id text primary key,
      organization_id text not null,
      call_id text not null unique references calls (id) on delete cascade,
      status text not null check (status in ('pending', 'approved', 'refused', 'expired')),
      tool text not null,
      hash text not null,
      reasons jsonb not null,
      requested_by text not null,
      requested_by_label text not null,
      request_reason text,
      expires_at timestamptz not null,
      decided_at timestamptz,
      decided_by text,
      decided_by_label text,
      decision_reason text,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create index approvals_by_status on approvals (organization_id, status, created_at desc)`.execute(db);
  await sql`create index approvals_pending on approvals (expires_at) where status = 'pending'`.execute(db);
  await sql`
    create table evidence (
      id text primary key,
      organization_id text not null,
      call_id text not null,
      principal_id text not null,
      user_id text,
      tool text not null,
      body bytea not null,
      size_bytes bigint not null,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index evidence_of_organization on evidence (organization_id, created_at)`.execute(db);
  await sql`create index evidence_expiry on evidence (expires_at)`.execute(db);
  await sql`
    create table idempotent_posts (
      organization_id text not null,
      principal_id text not null,
      route text not null,
      key text not null,
      input_hash text not null,
      response_sealed text,
      lease_until timestamptz not null,
      created_at timestamptz not null default now(),
      primary key (organization_id, principal_id, route, key)
    )`.execute(db);
  await sql`create index idempotent_posts_age on idempotent_posts (created_at)`.execute(db);
}
