import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import type { Silence } from '../alertmanager-client.ts';
import { needAlertmanager, type PrometheusContext } from '../context.ts';
import { counted } from '../counted.ts';
import { matcherText } from '../matcher.ts';
import { shortTime } from '../moment.ts';

/** Silences and until when. Source: Alertmanager API v2, `GET /silences`. */
export const listSilences = defineTool({
  name: 'prometheus.list_silences',
  title: 'List silences',
  description: 'List silences of alerts: what they mute, until when, by whom and why.',
  effect: 'read',
  timeoutMs: 20_000,
  input: z.strictObject({
    state: z
      .enum(['active', 'pending', 'expired', 'any'])
      .default('active')
      .describe('Alertmanager keeps ended ones for some days.'),
    ids: z.array(z.string().max(100)).max(50).optional().describe('Only these.'),
    comment_contains: z.string().max(200).optional().describe('Only with this text in the comment, such as a call id.'),
    limit: z.int().min(1).max(500).default(50).describe('Silences to return.'),
  }),
  output: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  examples: [{ input: { state: 'active' }, gives: 'what is muted now' }],

  async run({ state, ids, comment_contains: text, limit }, context: PrometheusContext) {
    const all = await needAlertmanager(context).silences(context.signal);
    const wanted = all
      .filter((silence) => state === 'any' || silence.state === state)
      .filter(({ id }) => ids?.includes(id) ?? true)
      .filter(({ comment }) => text === undefined || comment.includes(text))
      .sort(livingFirst);
    const rows = wanted.slice(0, limit).map(rowOf);
    const kind = `${state === 'any' ? '' : `${state} `}silence`;
    return {
      data: { columns: ['id', 'state', 'matchers', 'starts_at', 'ends_at', 'created_by', 'comment'], rows },
      summary:
        wanted.length === 0
          ? `No ${kind}${ids || text !== undefined ? ' like that' : ''}.`
          : `${counted(wanted.length, kind)}.`,
      page: { returned: rows.length, total: wanted.length, truncated: rows.length < wanted.length },
      hints: hintsFor(state, all.length, wanted.length, rows.length),
      sources: { alertmanager: 'ok' as const },
    };
  },
});

const STATES = ['active', 'pending', 'expired'];

// Then whatever ends soonest.
function livingFirst(a: Silence, b: Silence): number {
  return STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.endsAt.localeCompare(b.endsAt);
}

const MAX_COMMENT = 200;
const MAX_MATCHERS = 300;

function rowOf({ id, state, matchers, startsAt, endsAt, createdBy, comment }: Silence): string[] {
  const condition = matchers.map(matcherText).join(', ').slice(0, MAX_MATCHERS);
  return [id, state, condition, shortTime(startsAt), shortTime(endsAt), createdBy, comment.slice(0, MAX_COMMENT)];
}

function hintsFor(state: string, all: number, wanted: number, shown: number): string[] {
  if (shown < wanted) return ['Raise the limit, or give a text of the comment.'];
  return wanted === 0 && all > 0 && state !== 'any'
    ? ['There are silences in other states: state "any" lists them.']
    : [];
}
