import type { ContextRow } from './context-row.ts';
import { assembleMetadata } from './metadata.ts';
import type { Message } from './message.ts';

/** A context as clients read it (contracts §2). Times are ISO 8601 UTC. */
export interface ContextView {
  id: string;
  user_id: string | null;
  agent_id: string | null;
  model_id: string | null;
  session_id: string | null;
  name: string | null;
  /** Exactly as it was put. */
  metadata: Record<string, unknown>;
  version: number;
  message_count: number;
  size_bytes: number;
  max_tokens: number | null;
  created_at: string;
  updated_at: string;
  expires_at: string | null;
}

/** `list`: the messages that were put under `metadata.messages`. */
export function viewOf(row: ContextRow, list: Message[] | undefined): ContextView {
  return {
    ...labelsOf(row),
    metadata: assembleMetadata(row.metadata, row.list_count === null ? undefined : (list ?? [])),
    ...factsOf(row),
  };
}

/** Without the conversation in `metadata.messages`: a list of contexts is not a list of conversations. */
export function summaryOf(row: ContextRow): ContextView {
  const metadata = assembleMetadata(row.metadata, undefined);
  if (row.list_count !== null) delete metadata['messages'];
  return { ...labelsOf(row), metadata, ...factsOf(row) };
}

function labelsOf({ id, user_id, agent_id, model_id, session_id, name }: ContextRow) {
  return { id, user_id, agent_id, model_id, session_id, name };
}

function factsOf(row: ContextRow) {
  const { version, message_count, size_bytes, max_tokens, created_at, updated_at, expires_at } = row;
  return {
    version,
    message_count,
    size_bytes,
    max_tokens,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
    expires_at: expires_at?.toISOString() ?? null,
  };
}
