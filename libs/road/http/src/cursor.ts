import { timingSafeEqual } from 'node:crypto';
import { AppError } from '@devmesh/contracts';
import { z } from 'zod';

export interface Cursor<Position> {
  encode(position: Position): string;
  /** @throws invalid_input when it is not one that this list gave out. */
  decode(text: string | undefined): Position | undefined;
}

const MAX_LENGTH = 2_048;
const Envelope = z.tuple([z.string(), z.unknown()]);

/**
 * Where a list goes on. Opaque to clients, tied to one list by `name`. A cursor comes back from strangers: its content is
 * parsed again, and queries take the organisation from the principal, never from here. With `mac` a changed one is refused.
 */
export function defineCursor<Schema extends z.ZodType>({
  name,
  position,
  mac,
}: {
  name: string;
  position: Schema;
  mac?: (text: string) => string;
}): Cursor<z.output<Schema>> {
  return {
    encode(where) {
      const text = Buffer.from(JSON.stringify([name, where])).toString('base64url');
      return mac === undefined ? text : `${text}.${mac(`cursor:${text}`)}`;
    },
    decode(text) {
      if (text === undefined) return undefined;
      const content = text.length > MAX_LENGTH ? undefined : contentOf(text, mac);
      const envelope = Envelope.safeParse(content);
      if (!envelope.success || envelope.data[0] !== name) throw notACursor();
      const parsed = position.safeParse(envelope.data[1]);
      if (!parsed.success) throw notACursor();
      return parsed.data;
    },
  };
}

function contentOf(text: string, mac: ((text: string) => string) | undefined): unknown {
  const [content = '', given = '', ...more] = text.split('.');
  if (more.length > 0 || (mac !== undefined && !sameText(given, mac(`cursor:${content}`)))) return undefined;
  try {
    return JSON.parse(Buffer.from(content, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function notACursor(): AppError {
  return new AppError('invalid_input', 'This cursor does not belong to this list.', {
    details: { fields: { cursor: 'is not a cursor of this list' } },
    suggestion: 'Send `next_cursor` of the page before unchanged, or leave `cursor` out to begin at the first page.',
  });
}
