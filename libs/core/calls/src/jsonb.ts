// JSON.stringify writes a NUL and half a character as escapes; an escaped backslash before them is stepped over.
const NOT_FOR_POSTGRES = /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

/** A value as a jsonb parameter. What Postgres cannot hold (NUL, half a character) must not take the call's row down with it. */
export function jsonb(value: unknown): string {
  return JSON.stringify(value).replace(NOT_FOR_POSTGRES, (found) => (found === '\\\\' ? found : '\\ufffd'));
}

export function jsonbOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : jsonb(value);
}

/** A text as Postgres can hold it. */
export function plainText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

export function plainTextOrNull(text: string | undefined): string | null {
  return text === undefined ? null : plainText(text);
}
