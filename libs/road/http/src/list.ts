import { z } from 'zod';

/** `?limit=&cursor=` of every list. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most.'),
  cursor: z.string().max(2_048).optional().describe('`next_cursor` of the page before.'),
});
export type PageQuery = z.infer<typeof PageQuery>;

export interface List<Item> {
  data: Item[];
  next_cursor: string | null;
  has_more: boolean;
}

/** The schema of a list of `item`. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable(), has_more: z.boolean() });
}

/** Makes a page of rows that were asked for with `limit + 1`: the one too many says that there are more. */
export function listPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, cursor }: { item: (row: Row) => Item; cursor: (last: Row) => string },
): List<Item> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const hasMore = rows.length > limit;
  return { data: kept.map(item), next_cursor: hasMore && last !== undefined ? cursor(last) : null, has_more: hasMore };
}
