import { type Kysely, sql } from 'kysely';

/*
 * `key` is ours, `id` is the client's: a context that is deleted and made again under the same id is another context, so
 * that work begun on the first can never land in the second.
 */
const statements = [
  sql`CREATE TABLE memory_contexts (
    key text PRIMARY KEY,
    organization_id text NOT NULL,
    id text NOT NULL,
    user_id text,
    agent_id text,
    model_id text,
    session_id text,
    name text,
    metadata text NOT NULL,
    facts jsonb NOT NULL,
    list_count integer,
    list_chain text,
    message_count integer NOT NULL DEFAULT 0,
    size_bytes integer NOT NULL DEFAULT 0,
    max_tokens integer,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz,
    CONSTRAINT memory_contexts_id_key UNIQUE (organization_id, id)
  ) WITH (fillfactor = 70)`,
  sql`CREATE INDEX memory_contexts_newest ON memory_contexts (organization_id, key)`,
  sql`CREATE INDEX memory_contexts_user ON memory_contexts (organization_id, user_id, key)`,
  sql`CREATE INDEX memory_contexts_facts ON memory_contexts USING gin (facts jsonb_path_ops)`,
  sql`CREATE INDEX memory_contexts_expiry ON memory_contexts (expires_at) WHERE expires_at IS NOT NULL`,

  // `original` is JSON text, not jsonb: a message is given back with the very keys, order and escapes it came with.
  sql`CREATE TABLE memory_messages (
    context_key text NOT NULL REFERENCES memory_contexts (key) ON DELETE CASCADE,
    organization_id text NOT NULL,
    sequence integer NOT NULL,
    source text NOT NULL CHECK (source IN ('content', 'append', 'metadata')),
    original text NOT NULL,
    hash text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (context_key, sequence)
  )`,

  // Lexemes of `terms` begin with a tag of the organisation, so that the index leads with it (see @devmesh/memory).
  sql`CREATE TABLE memory_pieces (
    context_key text NOT NULL REFERENCES memory_contexts (key) ON DELETE CASCADE,
    organization_id text NOT NULL,
    chunker text NOT NULL,
    first_message integer NOT NULL,
    part integer NOT NULL,
    last_message integer NOT NULL,
    split boolean NOT NULL,
    text text NOT NULL,
    spans text NOT NULL,
    speakers text NOT NULL,
    terms tsvector NOT NULL,
    hash text NOT NULL,
    said_at timestamptz NOT NULL,
    indexed_at timestamptz NOT NULL,
    PRIMARY KEY (context_key, chunker, first_message, part)
  )`,
  // A short pending list: insertion in sorted batches costs a third, and a search reads the list from end to end.
  sql`CREATE INDEX memory_pieces_terms ON memory_pieces USING gin (terms) WITH (fastupdate = on, gin_pending_list_limit = 256)`,

  sql`CREATE TABLE memory_outbox (
    id text PRIMARY KEY,
    organization_id text NOT NULL,
    context_key text NOT NULL REFERENCES memory_contexts (key) ON DELETE CASCADE,
    from_message integer NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  sql`CREATE INDEX memory_outbox_context ON memory_outbox (context_key)`,
  sql`CREATE INDEX memory_outbox_age ON memory_outbox (created_at)`,

  // The term '' counts all pieces of the organisation.
  sql`CREATE TABLE memory_terms (
    organization_id text NOT NULL,
    term text COLLATE "C" NOT NULL,
    pieces integer NOT NULL,
    PRIMARY KEY (organization_id, term)
  ) WITH (fillfactor = 80)`,
  // Indexers only insert here, one row per step: {term: change}. One batch at a time folds them into memory_terms, so that no
  // row is fought over.
  sql`CREATE TABLE memory_term_changes (
    id text PRIMARY KEY,
    organization_id text NOT NULL,
    changes jsonb NOT NULL
  )`,
  sql`CREATE INDEX memory_term_changes_organization ON memory_term_changes (organization_id)`,
];

/** Tables of `@devmesh/memory`. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}
