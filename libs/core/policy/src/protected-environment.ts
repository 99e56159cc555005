/** Whether `environment` matches one of `globs` (`*` = any characters), whatever the case. */
export function isProtectedEnvironment(environment: string, globs: readonly string[]): boolean {
  return globs.some((glob) => globMatches(glob.toLowerCase(), environment.toLowerCase()));
}

// Parts between stars must appear in order; no regular expression, so no pattern can hang.
function globMatches(glob: string, text: string): boolean {
  const parts = glob.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  return middleInOrder(parts.slice(1, -1), text.slice(first.length, text.length - last.length));
}

function middleInOrder(parts: readonly string[], text: string): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}
