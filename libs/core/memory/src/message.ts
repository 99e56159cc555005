import { createHash } from 'node:crypto';
import { AppError } from '@devmesh/contracts';

/** A message as its writer made it; nothing in it is ever changed. */
export type Message = Record<string, unknown>;
export type MessageSource = 'content' | 'append' | 'metadata';

/** A message on its way into a row. */
export interface EncodedMessage {
  original: string;
  hash: string;
  bytes: number;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value reads as `{role, content, …}`. An assistant's tool call has no content, a note has no role. */
export function isMessage(value: unknown): value is Message {
  if (!isObject(value)) return false;
  const { role } = value;
  return role === undefined ? value['content'] !== undefined : typeof role === 'string';
}

/** A bare string is something that a user said. */
export function toMessage(item: string | Message): Message {
  return typeof item === 'string' ? { role: 'user', content: item } : item;
}

export function encodeMessage(message: Message): EncodedMessage {
  const original = encodeJson(message, 'a message');
  return { original, hash: hashText(original), bytes: Buffer.byteLength(original) };
}

/** JSON text. NUL and lone surrogates come out as escapes, so that Postgres takes every string. */
export function encodeJson(value: unknown, what: string): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new AppError('invalid_input', `${what} cannot be written as JSON: it is nested too deeply.`, {
      cause,
      suggestion: 'Flatten it, or send it as one string.',
    });
  }
}

/** SHA-256, base64url, 22 characters: enough to tell two texts of one context apart. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Carries a hash on over one more message, so that one comparison tells whether a list continues another. */
export function extendChain(chain: string, hash: string): string {
  return hashText(`${chain}${hash}`);
}

export function roleOf(message: Message): string {
  return typeof message['role'] === 'string' && message['role'] !== '' ? message['role'] : 'user';
}

/** What there is to read in a message: its content, the text parts of a structured content, or else the JSON of the rest. */
export function textOf(message: Message): string {
  const { role: _role, content, timestamp: _timestamp, metadata: _metadata, ...rest } = message;
  if (typeof content === 'string' && content !== '') return clean(content);
  if (Array.isArray(content)) return clean(content.map(textOfPart).join('\n'));
  if (content !== undefined && content !== null && content !== '') return clean(JSON.stringify(content));
  return Object.keys(rest).length === 0 ? '' : clean(JSON.stringify(rest));
}

function textOfPart(part: unknown): string {
  if (typeof part === 'string') return part;
  if (isObject(part) && typeof part['text'] === 'string') return part['text'];
  return JSON.stringify(part);
}

/** Postgres keeps no NUL in a text, and no half of a surrogate pair. */
export function clean(text: string): string {
  return text.replaceAll('\0', ' ').toWellFormed();
}
