import { stem } from './stem.ts';
import { STOP_WORDS } from './stop-words.ts';

/** One thing that a text says, as a reader would point at it, and the terms under which it is indexed. */
export interface Token {
  /** As written. */
  surface: string;
  /** `ERR_TIMEOUT`, `checkout-7d9f-x2x7k`, `v1.4.2`, `/etc/hosts`, `10.0.0.7`: it means one thing, its words alone do not. */
  identifier: boolean;
  /** The token itself in its equivalent spellings: `v1.4.2` and `1.4.2`, a SHA and its short forms. */
  whole: string[];
  /** The words it is made of. */
  parts: string[];
}

const MAX_TERM_LENGTH = 96;
/** What is longer is no word; it also keeps the patterns below from looking at it again and again. */
const MAX_RUN_LENGTH = 300;
// Scripts that put no spaces between words.
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー々]/u;
// Everything that can hold an identifier together. Quotes, brackets, commas and `=` never do.
const RUN = new RegExp(
  `(?:(?!${UNSPACED.source})[\\p{L}\\p{N}\\p{M}_.\\-/:@#+~$%&]){1,${MAX_RUN_LENGTH}}|${UNSPACED.source}+|\\p{Extended_Pictographic}`,
  'gu',
);
const EDGES = /^[^\p{L}\p{N}_/]+|[^\p{L}\p{N}_]+$/gu;
const SEGMENT = /[/:@#&+~$%]+/;
const WORD = /[^\p{L}\p{N}\p{M}]+/u;
const CAMEL = /(?<=[\p{Ll}\d])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const MIXED = /\p{L}.*\d|\d.*\p{L}/u;
const SHORT_SHA_LENGTHS = [7, 8, 9, 10, 11, 12];

/** What a text says, in order of appearance, stop words left out. Any text is fine: quotes, emoji, broken Unicode, 10 MB. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [run] of plain(text).matchAll(RUN)) {
    const token = tokenOf(run);
    if (token) tokens.push(token);
  }
  return tokens;
}

/** The distinct terms under which a text is found. */
export function termsOf(text: string): Set<string> {
  const terms = new Set<string>();
  for (const { whole, parts } of tokenize(text)) {
    for (const term of whole) terms.add(term);
    for (const term of parts) terms.add(term);
  }
  return terms;
}

function plain(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKC')
    .replace(/(?<=\p{L})['’](?=\p{L})/gu, '');
}

function tokenOf(run: string): Token | undefined {
  if (/^\p{Extended_Pictographic}$/u.test(run)) return word(run, [run]);
  const surface = run.replace(EDGES, '');
  if (surface === '') return undefined;
  if (UNSPACED.test(surface)) return word(surface, pairs(surface));
  const words = surface
    .split(WORD)
    .flatMap((piece) => piece.split(CAMEL))
    .filter(Boolean);
  if (words.length === 0) return undefined;
  if (words.length === 1 && !MIXED.test(surface)) return wordOf(surface);
  const whole = folded(surface);
  const terms = /^[a-z]+$/.test(whole) ? [stem(whole)] : spellings(whole);
  return { surface, identifier: isIdentifier(surface), whole: terms, parts: partsOf(surface, words) };
}

/** `follow-up`, `read/write` and `GitHub` are words that happen to be joined. */
function isIdentifier(surface: string): boolean {
  return (
    MIXED.test(surface) || /_|^\/|\/.*\/|\..*\.|::/.test(surface) || /^\p{L}[\p{L}-]{3,}\.\p{L}{1,5}$/u.test(surface)
  );
}

function wordOf(surface: string): Token | undefined {
  const term = wordTerm(surface);
  return term === undefined ? undefined : word(surface, [term]);
}

function word(surface: string, whole: string[]): Token {
  return { surface, identifier: false, whole, parts: [] };
}

/** Lower case, without accents: `Café` is found by `cafe`. */
function folded(text: string): string {
  const base = text
    .slice(0, 2 * MAX_TERM_LENGTH)
    .normalize('NFD')
    .replace(/[\u0300-\u036f]+/g, '')
    .normalize('NFC');
  return [...base.toLowerCase()].slice(0, MAX_TERM_LENGTH).join('');
}

function wordTerm(text: string): string | undefined {
  const term = folded(text).replace(/^_+|_+$/g, '');
  if (term === '' || STOP_WORDS.has(term)) return undefined;
  return /^[a-z]+$/.test(term) ? stem(term) : term;
}

function spellings(whole: string): string[] {
  const found = [whole];
  const version = /^v(\d+(?:\.\d+)+.*)$/.exec(whole)?.[1];
  if (version !== undefined) found.push(version);
  if (/^[0-9a-f]{16,64}$/.test(whole)) for (const length of SHORT_SHA_LENGTHS) found.push(whole.slice(0, length));
  return found;
}

/** The segments between slashes and colons, and the words in them; single letters and the small numbers of a version say nothing. */
function partsOf(surface: string, words: string[]): string[] {
  const parts = new Set<string>();
  const segments = surface.split(SEGMENT).map((segment) => segment.replace(EDGES, ''));
  for (const segment of segments) {
    if (segment !== surface && WORD.test(segment)) for (const term of spellings(folded(segment))) parts.add(term);
  }
  for (const piece of [...segments.flatMap((segment) => segment.split(WORD)), ...words]) {
    const term = piece.length < 2 || /^\d{1,2}$/.test(piece) ? undefined : wordTerm(piece);
    if (term !== undefined && term !== folded(surface)) parts.add(term);
  }
  return [...parts];
}

/** Without spaces, pairs of characters stand for words. */
function pairs(text: string): string[] {
  const characters = [...text];
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}
