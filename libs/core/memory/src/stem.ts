/** Endings that are cut off with nothing put in their place, longest first; what is left must have four letters. */
const ENDINGS = ['uration', 'ments', 'ment', 'ures', 'ure', 'ly'];

/**
 * Light English stemming: `deploys`, `deployed`, `deploying` and `deployment` become one term, `retries` and `retry`, `rotation`
 * and `rotate`, `failure` and `failed`. Query and text go through the same few rules, so a crude stem does no harm.
 * Only for lower-case words of the letters a to z; identifiers are never stemmed.
 */
export function stem(word: string): string {
  if (word.length < 4) return word;
  return withoutEnding(withoutTense(withoutPlural(word)));
}

function withoutPlural(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(ss|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /[^sui]s$/.test(word) ? word.slice(0, -1) : word;
}

function withoutTense(word: string): string {
  if (/[^aeiou]ied$/.test(word)) return `${word.slice(0, -3)}y`;
  const root = /^(.*[aeiouy].+?)(ing|ed)$/.exec(word)?.[1];
  if (root === undefined || root.length < 3) return word;
  return /([bdgkmnprt])\1$/.test(root) && root.length > 3 ? root.slice(0, -1) : root;
}

function withoutEnding(word: string): string {
  for (const ending of ENDINGS) {
    if (word.endsWith(ending) && word.length - ending.length >= 4) return withoutSilentE(word.slice(0, -ending.length));
  }
  if (/[st]ion$/.test(word) && word.length > 6) return withoutSilentE(word.slice(0, -3));
  return withoutSilentE(word);
}

function withoutSilentE(word: string): string {
  return word.endsWith('e') && word.length > 3 ? word.slice(0, -1) : word;
}
