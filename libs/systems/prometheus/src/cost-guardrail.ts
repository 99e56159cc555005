import { AppError } from '@devmesh/contracts';
import { needPrometheus, type PrometheusContext } from './context.ts';
import { selectorsOf, type Selector } from './selectors.ts';

const ESTIMATE_TIMEOUT_SECONDS = 5;
/** Each costs a question to Prometheus. */
const MAX_SELECTORS = 20;

/** What is about to be asked. */
export interface CostlyQuestion {
  query: string;
  /** Of a range query; 0 for an instant one. */
  windowSeconds: number;
  /** Unix seconds: series are counted as they are then. */
  time: number;
}

interface Finding {
  rule: 'selector' | 'window' | 'selectors' | 'series';
  problem: string;
  rewrite: string;
}

/**
 * Looks at what a query would read before it is asked: selectors that leave nothing out, windows that are too long, selectors
 * that touch too many series. Answers hints in `shadow`; throws `invalid_input` with a rewrite in `enforce`.
 */
export async function guardCost(question: CostlyQuestion, context: PrometheusContext): Promise<string[]> {
  const mode = context.settings.cost_guardrail;
  if (mode === 'off') return [];
  const finding = await tooDear(question, context);
  if (finding === undefined) return [];
  if (mode === 'shadow') return [`Costly: ${finding.problem} ${finding.rewrite}`];
  throw new AppError('invalid_input', finding.problem, {
    suggestion: finding.rewrite,
    details: { guardrail: finding.rule },
  });
}

async function tooDear(question: CostlyQuestion, context: PrometheusContext): Promise<Finding | undefined> {
  const { selectors, reachSeconds } = selectorsOf(question.query);
  const open = selectors.find(({ selective }) => !selective);
  if (open) return openSelector(open);
  const seconds = question.windowSeconds + reachSeconds;
  const maxHours = context.settings.max_range_hours;
  if (seconds > maxHours * 3600) return windowTooLong(seconds, maxHours);
  if (selectors.length > MAX_SELECTORS) return tooManySelectors(selectors.length);
  return tooManySeries(selectors, question.time, context);
}

function openSelector({ text }: Selector): Finding {
  return {
    rule: 'selector',
    problem: `The selector ${text} matches every series.`,
    rewrite: 'Name a metric, or a label value: {job="api"}.',
  };
}

function windowTooLong(seconds: number, maxHours: number): Finding {
  return {
    rule: 'window',
    problem: `The query reads ${String(Math.ceil(seconds / 3600))} hours back; ${String(maxHours)} are allowed.`,
    rewrite: `Ask for at most ${String(maxHours)}h, window and [range] together.`,
  };
}

function tooManySelectors(count: number): Finding {
  return {
    rule: 'selectors',
    problem: `The query has ${String(count)} different selectors; ${String(MAX_SELECTORS)} are allowed.`,
    rewrite: 'Ask in several queries, or match several names at once: {__name__=~"a|b"}.',
  };
}

async function tooManySeries(
  selectors: readonly Selector[],
  time: number,
  context: PrometheusContext,
): Promise<Finding | undefined> {
  const allowed = context.settings.max_series;
  const counts = await Promise.all(
    selectors.map(async ({ text }) => ({ text, count: await countSeries(text, time, context) })),
  );
  const dear = counts.find(({ count }) => count > allowed);
  if (!dear) return undefined;
  return {
    rule: 'series',
    problem: `The selector ${dear.text} touches ${String(dear.count)} series; ${String(allowed)} are allowed.`,
    rewrite: 'Add a matcher such as job="…" or namespace="…" to it.',
  };
}

// An estimate that cannot be had is no reason to refuse: the query itself then says what is wrong.
async function countSeries(selector: string, time: number, context: PrometheusContext): Promise<number> {
  const options = { time, timeoutSeconds: ESTIMATE_TIMEOUT_SECONDS };
  try {
    const { data } = await needPrometheus(context).query(`count(${selector})`, options, context.signal);
    const value = data.resultType === 'vector' ? data.result[0]?.value?.[1] : undefined;
    return value === undefined ? 0 : Number(value);
  } catch {
    context.signal.throwIfAborted();
    return 0;
  }
}
