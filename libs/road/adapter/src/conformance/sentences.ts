/** How many sentences a text has; 0 where it does not end as one. */
export function sentences(text: string): number {
  const trimmed = text.trim();
  if (!/[.!?…]$/.test(trimmed)) return 0;
  return trimmed
    .replace(/\b(e\.g|i\.e|vs)\./g, '')
    .split(/[.!?…](?=\s|$)/)
    .filter((part) => part.trim() !== '').length;
}
