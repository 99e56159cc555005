import { asObject, pairsToObject } from '../../cli/arguments.ts';
import type { InputReader } from '../../cli/read-input.ts';

/** `--metadata`: pairs, or one JSON object (also from a file or stdin). */
export async function readMetadata(
  given: readonly string[] | undefined,
  read: InputReader,
): Promise<Record<string, unknown> | undefined> {
  if (given === undefined) return undefined;
  const [only = ''] = given;
  if (given.length === 1 && /^(\s*\{|@|-$)/.test(only))
    return asObject(await read.json(only, '--metadata'), '--metadata');
  return pairsToObject(given);
}

/** `--content`: a text; messages where it is JSON of messages. */
export async function readContent(given: string | undefined, read: InputReader): Promise<unknown> {
  if (given === undefined) return undefined;
  const text = await read.text(given);
  return messagesIn(text) ?? text;
}

// A log line may be JSON too: only what reads as messages is taken for messages.
function messagesIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    const items = Array.isArray(value) ? value : [value];
    return items.length > 0 && items.every(isMessage) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { role?: unknown }).role === 'string';
}
