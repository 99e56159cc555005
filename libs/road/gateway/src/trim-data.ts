/**
 * Makes `data` fit into `maxBytes` of JSON by leaving out whole items of its longest list, from the end; never half of one.
 * Answers `{}` where no list is to blame.
 */
export function trimData(
  data: Record<string, unknown>,
  maxBytes: number,
): { data: Record<string, unknown>; kept?: number; of?: number } {
  const lists = Object.entries(data).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const sized = lists.map(([key, list]) => ({ key, list, bytes: bytesOf(list) })).sort((a, b) => b.bytes - a.bytes);
  const longest = sized[0];
  if (!longest) return { data: {} };
  const rest = bytesOf({ ...data, [longest.key]: [] });
  const kept = itemsThatFit(longest.list, maxBytes - rest);
  if (rest > maxBytes) return { data: {} };
  return { data: { ...data, [longest.key]: longest.list.slice(0, kept) }, kept, of: longest.list.length };
}

function itemsThatFit(items: readonly unknown[], maxBytes: number): number {
  let bytes = 0;
  let kept = 0;
  for (const item of items) {
    bytes += bytesOf(item) + 1;
    if (bytes > maxBytes) break;
    kept++;
  }
  return kept;
}

export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
