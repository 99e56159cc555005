import { load, median, type Load, type LoadResult } from './load.ts';

export interface Row {
  what: string;
  /** Ours over the baseline: throughput, or time. */
  ratio: number;
  detail: string;
}

/** Takes a row as soon as it is measured. */
export type Say = (row: Row) => void;

/** Runs both in turn, several times after a warm-up, and compares the medians. */
export async function compareLoads(
  what: string,
  ours: Load,
  bare: Load,
  { rounds, expect }: { rounds: number; expect: string },
): Promise<Row> {
  await load(ours, expect);
  await load(bare, expect);
  const results: { ours: LoadResult; bare: LoadResult }[] = [];
  for (let round = 0; round < rounds; round++)
    results.push({ bare: await load(bare, expect), ours: await load(ours, expect) });
  const of = (pick: (result: { ours: LoadResult; bare: LoadResult }) => number) => median(results.map(pick));
  const perSecond = (value: number) => Math.round(value).toString();
  const added = (pick: (result: LoadResult) => number) => of(({ ours: o, bare: b }) => pick(o) - pick(b)).toFixed(2);
  return {
    what,
    ratio: of(({ ours: o, bare: b }) => o.perSecond / b.perSecond),
    detail: `${perSecond(of(({ ours: o }) => o.perSecond))}/s against ${perSecond(of(({ bare: b }) => b.perSecond))}/s; added p50 ${added((r) => r.p50Ms)} ms, p99 ${added((r) => r.p99Ms)} ms`,
  };
}
