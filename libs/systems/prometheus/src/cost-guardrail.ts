import { AppError } from '@devmesh/contracts';
import { needPrometheus, type PrometheusContext } from './context.ts';
import { selectorsOf, type Selector } from './selectors.ts';

const ESTIMATE_TIMEOUT_SECONDS = 5;

/**
 * Looks at what a query would read before it is asked: selectors that leave nothing out, windows that are too long, selectors
 * that touch too many series. Answers hints in `shadow`; throws `invalid_input` with a rewrite in `enforce`.
 */
export async function guardCost(query: string, windowSeconds: number, context: PrometheusContext): Promise<string[]> {
  const mode = context.settings.cost_guardrail;
  if (mode === 'off') return [];
  const finding = await tooDear(query, windowSeconds, context);
  if (finding === undefined) return [];
  if (mode === 'shadow') return [`Costly: ${finding.problem} ${finding.rewrite}`];
  throw new AppError('invalid_input', finding.problem, { suggestion: finding.rewrite, details: { guardrail: finding.rule } });
}

interface Finding {
  rule: 'selector' | 'window' | 'series';
  problem: string;
  rewrite: string;
}

async function tooDear(query: string, windowSeconds: number, context: PrometheusContext): Promise<Finding | undefined> {
  const { selectors, longestRangeSeconds } = selectorsOf(query);
  const open = selectors.find(({ selective }) => !selective);
  if (open) return openSelector(open);
  const maxSeconds = context.settings.max_range_hours * 3600;
  const longest = Math.max(windowSeconds, longestRangeSeconds);
  if (longest > maxSeconds) return windowTooLong(longest, context.settings.max_range_hours);
  return tooManySeries(selectors, context);
}

function openSelector({ text }: Selector): Finding {
  return { rule: 'selector', problem: `The selector ${text} matches every series.`, rewrite: 'Name a metric, or a label value: {job="api"}.' };
}

function windowTooLong(seconds: number, maxHours: number): Finding {
  return { rule: 'window', problem: `The query reads ${String(Math.round(seconds / 3600))} hours; ${String(maxHours)} are allowed.`, rewrite: `Ask for at most ${String(maxHours)}h.` };
}

async function tooManySeries(selectors: readonly Selector[], context: PrometheusContext): Promise<Finding | undefined> {
  const counts = await Promise.all(selectors.map(({ text }) => countSeries(text, context)));
  const index = counts.findIndex((count) => count > context.settings.max_series);
  const selector = selectors[index];
  if (!selector) return undefined;
  return {
    rule: 'series',
    problem: `The selector ${selector.text} touches ${String(counts[index] ?? 0)} series; ${String(context.settings.max_series)} are allowed.`,
    rewrite: 'Add a matcher such as job="…" or namespace="…" to it.',
  };
}

// An estimate that cannot be had is no reason to refuse: the query itself then says what is wrong.
async function countSeries(selector: string, context: PrometheusContext): Promise<number> {
  try {
    const { data } = await needPrometheus(context).query(`count(${selector})`, { timeoutSeconds: ESTIMATE_TIMEOUT_SECONDS }, context.signal);
    const value = data.resultType === 'vector' ? data.result[0]?.value?.[1] : undefined;
    return value === undefined ? 0 : Number(value);
  } catch {
    context.signal.throwIfAborted();
    return 0;
  }
}
