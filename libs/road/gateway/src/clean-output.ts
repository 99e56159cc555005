import { redact } from '@devmesh/runtime';

// Soft hyphens, zero-width, bidirectional, annotation and tag characters, and the variation selectors that carry whole
// messages: a person does not see them, a model obeys them. In JSON text NUL and half a character are escapes; they cannot
// be stored, so that a stored answer would differ from the first one. An escaped backslash is stepped over.
const UNWANTED =
  /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0e\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e01ef}]/gu;

/** Takes secrets and invisible characters out of what a tool gave, before it is kept or answered. */
export function clean<Value>(value: Value): Value {
  const redacted = redact(value);
  const json = JSON.stringify(redacted);
  const cleaned = json.replace(UNWANTED, (found) => (found === '\\\\' ? found : ''));
  return cleaned === json ? redacted : (JSON.parse(cleaned) as Value);
}
