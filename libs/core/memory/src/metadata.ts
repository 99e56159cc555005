import { AppError } from '@devmesh/contracts';
import { clean, encodeJson, isMessage, isObject } from './message.ts';
import type { Message } from './message.ts';

export const MAX_METADATA_BYTES = 64 * 1024;
const MAX_DEPTH = 64;

/** Metadata as it is kept: the conversation under `messages` becomes rows, everything else stays together. */
export interface SplitMetadata {
  /** JSON text in the order given, with `[]` where the list of messages stood. */
  text: string;
  /** The filterable part, as JSON text for jsonb. */
  facts: string;
  /** The messages; undefined where `messages` is absent or is something else than a list of messages. */
  list: Message[] | undefined;
  bytes: number;
}

/** Throws invalid_input where the part that is not conversation is over 64 KiB or nested more than 64 deep. */
export function splitMetadata(metadata: Record<string, unknown>): SplitMetadata {
  const list = listOf(metadata);
  // Checked before anything else walks it.
  const facts = JSON.stringify(filterable(list ? withoutMessages(metadata) : metadata, 'metadata'));
  const text = encodeJson(list ? withMessages(metadata, []) : metadata, 'metadata');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_METADATA_BYTES) throw tooLarge(bytes);
  return { text, facts, list, bytes };
}

/** The way back: exactly what was given, `messages` at its old place. */
export function assembleMetadata(text: string, list: Message[] | undefined): Record<string, unknown> {
  const metadata = JSON.parse(text) as Record<string, unknown>;
  return list ? withMessages(metadata, list) : metadata;
}

function listOf(metadata: Record<string, unknown>): Message[] | undefined {
  const { messages } = metadata;
  return Array.isArray(messages) && messages.every(isMessage) ? messages : undefined;
}

function withMessages(metadata: Record<string, unknown>, messages: Message[]): Record<string, unknown> {
  // Spreading keeps `messages` at the place it had among the keys.
  return { ...metadata, messages };
}

function withoutMessages({ messages: _messages, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

/** For jsonb, which knows no NUL and no half surrogate pair, and whose parser recurses. Throws invalid_input over 64 levels. */
export function filterable(value: unknown, what: string, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw tooDeep(what);
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item) => filterable(item, what, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [clean(name), filterable(item, what, depth + 1)]),
  );
}

function tooDeep(what: string): AppError {
  return new AppError('invalid_input', `${what} is nested more than ${MAX_DEPTH} deep.`, { suggestion: 'Flatten it.' });
}

function tooLarge(bytes: number): AppError {
  return new AppError(
    'invalid_input',
    `metadata is ${bytes} bytes without its messages; ${MAX_METADATA_BYTES} are allowed.`,
    {
      details: { limit_bytes: MAX_METADATA_BYTES, metadata_bytes: bytes },
      suggestion:
        'Keep long texts as messages: POST /api/v1/contexts/:id/messages, or metadata.messages as a list of {role, content}.',
    },
  );
}
