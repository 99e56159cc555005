import { parser } from '@prometheus-io/lezer-promql';

/** One selector of a query, as it stands there: `http_requests_total{job="api"}`. */
export interface Selector {
  text: string;
  /** Whether it names a metric or holds a matcher that leaves something out. */
  selective: boolean;
}

export interface QueryParts {
  selectors: Selector[];
  /** Longest range in brackets, in seconds; 0 when there is none. */
  longestRangeSeconds: number;
}

/** Takes a PromQL query apart with Prometheus' own grammar. A query that does not parse gives no parts: Prometheus says why. */
export function selectorsOf(query: string): QueryParts {
  const selectors = new Map<string, Selector>();
  let longestRangeSeconds = 0;
  parser.parse(query).iterate({
    enter(node) {
      const text = query.slice(node.from, node.to);
      if (node.name === 'VectorSelector') selectors.set(text, { text, selective: isSelective(text) });
      if (node.name === 'NumberDurationLiteralInDurationContext') longestRangeSeconds = Math.max(longestRangeSeconds, secondsOf(text));
    },
  });
  return { selectors: [...selectors.values()], longestRangeSeconds };
}

const EVERYTHING = /^(\.\*|\.\+|)$/;

function isSelective(selector: string): boolean {
  const brace = selector.indexOf('{');
  if (brace !== 0) return true;
  const matchers = [...selector.matchAll(/([a-zA-Z_:][\w:]*)?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`)/g)];
  const quotedName = /^\{\s*["']/.test(selector);
  return quotedName || matchers.some(([, , op, ...values]) => (op === '=' || op === '=~') && !EVERYTHING.test(values.find((value) => value !== undefined) ?? ''));
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

/** `1h30m` in seconds; 0 for what is not a duration. */
export function secondsOf(duration: string): number {
  if (/^\d+(\.\d+)?$/.test(duration)) return Number(duration);
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? ''] ?? 0), 0);
}
