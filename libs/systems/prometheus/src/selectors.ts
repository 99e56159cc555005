import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** One selector of a query, as it stands there: `http_requests_total{job="api"}`. */
export interface Selector {
  text: string;
  /** Whether it names a metric or holds a matcher that leaves something out. */
  selective: boolean;
}

export interface QueryParts {
  selectors: Selector[];
  /** How far back its ranges and subqueries reach together, in seconds; 0 where there are none. */
  reachSeconds: number;
}

/** Takes a PromQL query apart with Prometheus' own grammar. A query that does not parse gives what can be read: Prometheus says why. */
export function selectorsOf(query: string): QueryParts {
  const selectors = new Map<string, Selector>();
  const open: number[] = [];
  let reachSeconds = 0;
  parser.parse(query).iterate({
    enter({ name, node }) {
      if (name === 'VectorSelector') {
        const text = textOf(node, query);
        selectors.set(text, { text, selective: isSelective(node, query) });
      }
      if (!isRange(name)) return;
      open.push(rangeOf(node, query));
      reachSeconds = Math.max(reachSeconds, sum(open));
    },
    leave({ name }) {
      if (isRange(name)) open.pop();
    },
  });
  return { selectors: [...selectors.values()], reachSeconds };
}

function isRange(name: string): boolean {
  return name === 'MatrixSelector' || name === 'SubqueryExpr';
}

// The first duration is the range, the second a subquery's step.
function rangeOf(node: SyntaxNode, query: string): number {
  const duration = node.getChild('DurationExpr');
  return duration ? secondsOf(textOf(duration, query)) : 0;
}

function isSelective(selector: SyntaxNode, query: string): boolean {
  if (selector.getChild('Identifier')) return true;
  const matchers = selector.getChild('LabelMatchers');
  if (!matchers) return true;
  if (matchers.getChild('QuotedLabelName')) return true;
  return [...matchers.getChildren('UnquotedLabelMatcher'), ...matchers.getChildren('QuotedLabelMatcher')].some(
    (matcher) => picks(matcher, query),
  );
}

const EVERYTHING = /^(\.\*|\.\+|)$/;

function picks(matcher: SyntaxNode, query: string): boolean {
  const op = matcher.getChild('MatchOp');
  const value = matcher.getChild('StringLiteral');
  if (!op || !value) return false;
  return ['=', '=~'].includes(textOf(op, query)) && !EVERYTHING.test(textOf(value, query).slice(1, -1));
}

function textOf({ from, to }: SyntaxNode, query: string): string {
  return query.slice(from, to);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** A duration as PromQL writes it. */
export const DURATION = /^(\d+(ms|[smhdwy]))+$/;

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** `1h30m` in seconds; 0 for what is not a duration. */
export function secondsOf(duration: string): number {
  if (/^\d+(\.\d+)?$/.test(duration)) return Number(duration);
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)];
  return sum(parts.map(([, count, unit]) => Number(count) * (UNIT_SECONDS[unit ?? ''] ?? 0)));
}
