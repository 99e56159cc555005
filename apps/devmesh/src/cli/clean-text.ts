import { stripVTControlCharacters } from 'node:util';

/** What came over the network must not steer a terminal: no escape sequences, no control characters but tab and line break. */
export function cleanText(value: string): string {
  return stripVTControlCharacters(value)
    .replaceAll('\r\n', '\n')
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '�');
}

/** The same on one line, for a cell of a table. */
export function oneLine(value: string): string {
  return cleanText(value)
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ');
}

/** JSON that is safe to look at: JSON.stringify leaves DEL and the C1 controls as they are. */
export function cleanJson(value: unknown, indent: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}
