import { AppError, newId } from '@devmesh/contracts';
import { inTransaction, sql, type Transaction } from '@devmesh/store';
import { lockContext } from './context-row.ts';
import type { ContextRow } from './context-row.ts';
import type { ContextView } from './context-view.ts';
import { chainOver, contentMessages } from './create-context.ts';
import { foldOrLater } from './document-frequencies.ts';
import { expiryOf } from './expiry.ts';
import type { UpdateContext } from './inputs.ts';
import { encodeMessage } from './message.ts';
import type { EncodedMessage } from './message.ts';
import { splitMetadata } from './metadata.ts';
import type { SplitMetadata } from './metadata.ts';
import type { Parts } from './parts.ts';
import { getContext } from './read-context.ts';
import { addMessages, replaceMessages } from './replace-messages.ts';
import type { MessageChange } from './replace-messages.ts';
import { contextTooLarge } from './size-limit.ts';
import { contextNotFound } from './viewer.ts';
import type { Viewer } from './viewer.ts';

export interface UpdateOptions {
  /** `If-Match`: the version that the writer has read. */
  expectedVersion?: number | undefined;
  /** PUT replaces the metadata, PATCH merges it key by key. */
  metadata?: 'replace' | 'merge';
}

type Locked = ContextRow & { organization_id: string };
interface Change {
  from: number | undefined;
  replaced: boolean;
}

/**
 * Changes a context. Metadata whose `messages` continue the stored list costs one row per new message; any other list replaces
 * it. Content is appended, or with `replace_content` put in the place of what was given as content or appended before.
 * Throws not_found, conflict (another version than `expectedVersion`), invalid_input (413 over the size limit).
 */
export async function updateContext(
  parts: Parts,
  viewer: Viewer,
  id: string,
  input: UpdateContext,
  options: UpdateOptions = {},
): Promise<ContextView> {
  const { organizationId } = viewer;
  const now = parts.clock();
  const { change, context } = await inTransaction(parts.db, async (tx) => {
    const row = await lockContext(tx, viewer, id, now);
    if (!row) throw contextNotFound(id);
    checkVersion(row, options.expectedVersion);
    const change = await apply(parts, tx, { ...row, organization_id: organizationId }, input, options, now);
    return { change, context: await getContext({ db: tx, clock: () => now }, viewer, id, {}) };
  });
  if (change.from !== undefined) parts.wake(organizationId, id);
  if (change.replaced) await foldOrLater(parts, organizationId);
  parts.changed(organizationId, id, 'updated');
  return context;
}

function checkVersion(row: ContextRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.version) return;
  throw new AppError(
    'conflict',
    `The context is at version ${row.version}, not ${expected}: somebody else has changed it.`,
    {
      details: { version: row.version, expected_version: expected },
      suggestion: 'Read it again, put your change on top of what is there now, and send it with the new version.',
    },
  );
}

async function apply(
  parts: Parts,
  tx: Transaction,
  row: Locked,
  input: UpdateContext,
  options: UpdateOptions,
  now: Date,
): Promise<Change> {
  const metadata = nextMetadata(row, input, options);
  const content = await changeContent(tx, row, input, now);
  const list = await changeList(tx, { ...row, message_count: content.messageCount }, metadata, now);
  const bytes = content.bytes + list.bytes + (metadata ? metadata.bytes - Buffer.byteLength(row.metadata) : 0);
  if (bytes > 0 && row.size_bytes + bytes > parts.maxContextBytes)
    throw contextTooLarge(parts.maxContextBytes, row.size_bytes, bytes);
  await tx
    .updateTable('memory_contexts')
    .set({
      ...labels(input, now),
      ...(metadata && metadata.text !== row.metadata && { metadata: metadata.text, facts: metadata.facts }),
      ...(metadata &&
        !metadata.keepsList && { list_count: metadata.list ? metadata.list.length : null, list_chain: metadata.chain }),
      message_count: list.messageCount,
      size_bytes: row.size_bytes + bytes,
      version: row.version + 1,
      updated_at: now,
    })
    .where('key', '=', row.key)
    .execute();
  const from = Math.min(content.from ?? Infinity, list.from ?? Infinity);
  if (from === Infinity) return { from: undefined, replaced: false };
  await tellIndexer(tx, row, from, now);
  return { from, replaced: from < row.message_count };
}

/** New metadata, with its messages ready to be stored. `keepsList`: a merge that says nothing about `messages`. */
interface NextMetadata extends Omit<SplitMetadata, 'list'> {
  list: EncodedMessage[] | undefined;
  chain: string | null;
  keepsList: boolean;
}

function nextMetadata(row: ContextRow, { metadata }: UpdateContext, options: UpdateOptions): NextMetadata | undefined {
  if (metadata === undefined) return undefined;
  const merges = options.metadata === 'merge';
  const merged = merges ? { ...(JSON.parse(row.metadata) as Record<string, unknown>), ...metadata } : metadata;
  const split = splitMetadata(merged);
  const list = split.list?.map(encodeMessage);
  const keepsList = merges && row.list_count !== null && !Object.hasOwn(metadata, 'messages');
  return { ...split, list, chain: list ? chainOver(list) : null, keepsList };
}

async function changeContent(
  tx: Transaction,
  row: Locked,
  { content, options }: UpdateContext,
  now: Date,
): Promise<MessageChange> {
  const messages = contentMessages(content).map(encodeMessage);
  if (content === undefined || options?.replace_content !== true) return addMessages(tx, row, 'content', messages, now);
  return replaceMessages(tx, row, ['content', 'append'], messages, now);
}

async function changeList(
  tx: Transaction,
  row: Locked,
  metadata: NextMetadata | undefined,
  now: Date,
): Promise<MessageChange> {
  if (!metadata || metadata.keepsList) return addMessages(tx, row, 'metadata', [], now);
  const list = metadata.list ?? [];
  const known = row.list_count ?? 0;
  const continues = list.length >= known && chainOver(list.slice(0, known)) === (row.list_chain ?? '');
  return continues
    ? addMessages(tx, row, 'metadata', list.slice(known), now)
    : replaceMessages(tx, row, ['metadata'], list, now);
}

function labels(input: UpdateContext, now: Date) {
  const { agent_id, model_id, session_id, name, max_tokens } = input;
  const expires_at = expiryOf(input, now);
  return {
    ...(agent_id !== undefined && { agent_id }),
    ...(model_id !== undefined && { model_id }),
    ...(session_id !== undefined && { session_id }),
    ...(name !== undefined && { name }),
    ...(max_tokens !== undefined && { max_tokens }),
    ...(expires_at !== undefined && { expires_at }),
  };
}

async function tellIndexer(tx: Transaction, row: Locked, from: number, now: Date): Promise<void> {
  await sql`
    INSERT INTO memory_outbox (id, organization_id, context_key, from_message, created_at)
    VALUES (${newId('out', now)}, ${row.organization_id}, ${row.key}, ${from}, ${now})
  `.execute(tx);
}
