import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** Tables of `@devmesh/audit`. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table audit_events (
      id text primary key,
      ordinal bigserial not null,
      organization_id text not null,
      at timestamptz not null,
      actor jsonb not null,
      action text not null,
      outcome text not null,
      target text,
      call_id text,
      request_id text,
      rule text,
      details jsonb not null default '{}',
      seq bigint,
      hash text,
      constraint audit_events_sealed check ((seq is null) = (hash is null))
    )`.execute(db);
  await sql`create index audit_events_newest on audit_events (organization_id, ordinal)`.execute(db);
  await sql`create unique index audit_events_chain on audit_events (organization_id, seq) where seq is not null`.execute(
    db,
  );
  await sql`create index audit_events_unsealed on audit_events (organization_id, ordinal) where seq is null`.execute(
    db,
  );
  await sql`create index audit_events_call on audit_events (organization_id, call_id) where call_id is not null`.execute(
    db,
  );
  await sql`
    create table audit_heads (
      organization_id text primary key,
      seq bigint not null,
      hash text not null
    )`.execute(db);
  await appendOnly(db);
}

/** Against mistakes and small malice. Who owns the table can take the trigger away: that is what the chain is for. */
async function appendOnly(db: Kysely<never>): Promise<void> {
  await sql`
    create function audit_events_append_only() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.seq is null and new.seq is not null then
        old.seq := new.seq;
        old.hash := new.hash;
        if old is not distinct from new then
          return new;
        end if;
      end if;
      raise exception 'audit_events is append-only: % refused', lower(tg_op) using errcode = 'restrict_violation';
    end $$`.execute(db);
  await sql`
    create trigger audit_events_append_only before update or delete on audit_events
    for each row execute function audit_events_append_only()`.execute(db);
  await sql`
    create trigger audit_events_no_truncate before truncate on audit_events
    for each statement execute function audit_events_append_only()`.execute(db);
}
