export interface Slice {
  from: number;
  to: number;
}

/**
 * Cuts a long text into slices of at most `size` characters, each beginning `overlap` characters before the end of the last.
 * It cuts where a reader would: between paragraphs, lines, sentences, words, in this order; inside a word only where there is
 * no other place, and never inside a surrogate pair.
 */
export function splitText(text: string, size: number, overlap: number): Slice[] {
  const slices: Slice[] = [];
  let from = 0;
  while (text.length - from > size) {
    const to = cutBefore(text, from, from + size);
    slices.push({ from, to });
    from = overlap > 0 ? startAfter(text, Math.max(from + 1, to - overlap), to) : to;
  }
  slices.push({ from, to: text.length });
  return slices;
}

const PLACES = ['\n\n', '\n', '. ', ' '];

function cutBefore(text: string, from: number, limit: number): number {
  // A slice shorter than half its size would make many pieces of little text.
  const least = from + Math.floor((limit - from) / 2);
  const within = text.slice(least, limit);
  for (const place of PLACES) {
    const at = within.lastIndexOf(place);
    if (at !== -1) return least + at + place.length;
  }
  return insidePair(text, limit) ? limit - 1 : limit;
}

/** The overlap begins at a word, where there is one. */
function startAfter(text: string, earliest: number, latest: number): number {
  const space = text.slice(earliest, latest).indexOf(' ');
  if (space !== -1 && earliest + space + 1 < latest) return earliest + space + 1;
  return insidePair(text, earliest) ? earliest + 1 : earliest;
}

function insidePair(text: string, at: number): boolean {
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) && /[\uD800-\uDBFF]/.test(text.charAt(at - 1));
}
