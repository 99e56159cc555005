import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import type { Silence } from '../alertmanager-client.ts';
import { needAlertmanager, type PrometheusContext } from '../context.ts';
import { matcherText } from '../matcher.ts';

/** Silences and until when. Source: Alertmanager API v2, `GET /silences`. */
export const listSilences = defineTool({
  name: 'prometheus.list_silences',
  title: 'List silences',
  description: 'List silences of alerts: what they mute, until when, by whom and why.',
  effect: 'read',
  timeoutMs: 20_000,
  input: z.strictObject({
    state: z.enum(['active', 'pending', 'expired', 'any']).default('active'),
    ids: z.array(z.string().max(100)).max(50).optional().describe('Only these.'),
    comment_contains: z.string().max(200).optional(),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  examples: [{ input: { state: 'active' }, gives: 'what is muted now' }],

  async run({ state, ids, comment_contains: text, limit }, context: PrometheusContext) {
    const all = await needAlertmanager(context).silences(context.signal);
    const wanted = all
      .filter((silence) => state === 'any' || silence.state === state)
      .filter(({ id }) => ids === undefined || ids.includes(id))
      .filter(({ comment }) => text === undefined || comment.includes(text))
      .sort((a, b) => a.endsAt.localeCompare(b.endsAt));
    const rows = wanted.slice(0, limit).map(row);
    const kind = state === 'any' ? '' : `${state} `;
    return {
      data: { columns: ['id', 'state', 'matchers', 'starts_at', 'ends_at', 'created_by', 'comment'], rows },
      summary:
        wanted.length === 0
          ? `No ${kind}silence${text === undefined && ids === undefined ? '' : ' matches'}.`
          : `${String(wanted.length)} ${kind}silences.`,
      page: { returned: rows.length, total: wanted.length, truncated: rows.length < wanted.length },
      sources: { alertmanager: 'ok' as const },
    };
  },
});

function row({ id, state, matchers, startsAt, endsAt, createdBy, comment }: Silence): string[] {
  return [id, state, matchers.map(matcherText).join(', '), startsAt, endsAt, createdBy, comment];
}
