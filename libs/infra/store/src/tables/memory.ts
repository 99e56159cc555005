import type { ColumnType, Generated } from 'kysely';

type Json = ColumnType<unknown, string, string>;

/** Tables of `@devmesh/memory`; nobody else queries them. */
export interface MemoryTables {
  memory_contexts: {
    /** Ours; `id` is the client's and may be used again after a deletion. */
    key: string;
    organization_id: string;
    id: string;
    user_id: string | null;
    agent_id: string | null;
    model_id: string | null;
    session_id: string | null;
    name: string | null;
    /** JSON text exactly as given, with `[]` in the place of a list of messages that is kept as rows. */
    metadata: string;
    /** The same without that list, for filters. */
    facts: Json;
    /** How many messages `metadata.messages` holds; null where it holds no list of messages. */
    list_count: number | null;
    /** Rolling hash over that list: tells in one comparison whether a list continues it. */
    list_chain: string | null;
    message_count: Generated<number>;
    /** Bytes of metadata and messages. */
    size_bytes: Generated<number>;
    max_tokens: number | null;
    version: Generated<number>;
    created_at: Date;
    updated_at: Date;
    expires_at: Date | null;
  };
  memory_messages: {
    context_key: string;
    organization_id: string;
    /** From 0, without gaps. */
    sequence: number;
    source: 'content' | 'append' | 'metadata';
    original: string;
    hash: string;
    created_at: Date;
  };
  memory_pieces: {
    context_key: string;
    organization_id: string;
    chunker: string;
    first_message: number;
    /** Counts the pieces of one message that is longer than a piece. */
    part: number;
    last_message: number;
    split: boolean;
    text: string;
    /** JSON: which characters of which message stand where in `text`. */
    spans: string;
    /** JSON list of roles. */
    speakers: string;
    terms: string;
    hash: string;
    said_at: Date;
    indexed_at: Date;
  };
  memory_outbox: {
    id: string;
    organization_id: string;
    context_key: string;
    from_message: number;
    created_at: Date;
  };
  memory_terms: { organization_id: string; term: string; pieces: number };
  /** Not yet counted in `memory_terms`: {term: change}. */
  memory_term_changes: { id: string; organization_id: string; changes: Json };
}
