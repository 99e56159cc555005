export interface Trimmed {
  data: Record<string, unknown>;
  cut: boolean;
  /** Items of the longest list that are left, and how many there were. */
  kept?: number;
  of?: number;
}

/**
 * Makes `data` fit into `maxBytes` of JSON by leaving out whole items of its longest list, from the end; never half of one.
 * Answers `{}` where no list is to blame.
 */
export function trimData(data: Record<string, unknown>, maxBytes: number): Trimmed {
  if (bytesOf(data) <= maxBytes) return { data, cut: false };
  const lists = Object.entries(data).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const [longest] = lists.map(([key, list]) => ({ key, list, bytes: bytesOf(list) })).sort((a, b) => b.bytes - a.bytes);
  if (!longest) return { data: {}, cut: true };
  const { key, list } = longest;
  const rest = bytesOf({ ...data, [key]: [] });
  if (rest > maxBytes) return { data: {}, cut: true };
  const kept = itemsThatFit(list, maxBytes - rest);
  return { data: { ...data, [key]: list.slice(0, kept) }, cut: true, kept, of: list.length };
}

function itemsThatFit(items: readonly unknown[], maxBytes: number): number {
  let bytes = 0;
  const end = items.findIndex((item) => (bytes += bytesOf(item) + 1) > maxBytes);
  return end === -1 ? items.length : end;
}

export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
