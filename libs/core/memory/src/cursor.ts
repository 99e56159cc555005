import { AppError } from '@devmesh/contracts';

/** Opaque to clients: `position` as base64url JSON. */
export function encodeCursor(position: string | number): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

export function decodeCursor(cursor: string | undefined, kind: 'string'): string | undefined;
export function decodeCursor(cursor: string | undefined, kind: 'number'): number | undefined;
export function decodeCursor(cursor: string | undefined, kind: 'string' | 'number'): string | number | undefined {
  if (cursor === undefined) return undefined;
  const position = parse(cursor);
  if (typeof position === 'string' && kind === 'string' && !position.includes('\0')) return position;
  if (typeof position === 'number' && kind === 'number' && Number.isInteger(position))
    return Math.min(position, 2 ** 31 - 1);
  throw new AppError('invalid_input', 'This cursor is not one of ours.', {
    suggestion: 'Send next_cursor of the last page unchanged, or no cursor for the first page.',
  });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
