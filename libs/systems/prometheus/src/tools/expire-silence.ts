import { defineTool } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { z } from 'zod';
import type { Silence } from '../alertmanager-client.ts';
import { needAlertmanager, type PrometheusContext } from '../context.ts';
import { counted } from '../counted.ts';
import { Matcher } from '../matcher.ts';
import { MAX_SILENCE_MINUTES, silenceLine } from '../silence-line.ts';
import { UpstreamError } from '../upstream-error.ts';

/** Ends a silence before its time. Source: Alertmanager API v2, `DELETE /silence/{id}`. */
export const expireSilence = defineTool({
  name: 'prometheus.expire_silence',
  title: 'End a silence',
  description: 'End a silence now, so that its alerts are heard again. A person approves first.',
  effect: 'write',
  approval: 'always',
  timeoutMs: 10_000,
  input: z.strictObject({ silence_id: z.string().min(1).max(100).describe('As list_silences shows it.') }),
  output: z.object({ silence_id: z.string(), matchers: z.array(Matcher), minutes_left: z.int(), comment: z.string() }),
  targets: { name: '/silence_id' },
  examples: [
    { input: { silence_id: '8a1c0f9e-5d0b-4a52-9d4e-2f6f0a1b2c3d' }, gives: 'what it muted and how long it had left' },
  ],

  async prepare({ silence_id: id }, context: PrometheusContext) {
    const silence = await living(id, context);
    return {
      resource: { kind: 'Silence', name: id },
      observed: { updated_at: silence.updatedAt },
      diff: `End ${silenceLine(silence)}`,
      blast: { silences: 1 },
      reversible: true,
    };
  },

  async run({ silence_id: id }, context) {
    const silence = await living(id, context);
    // Alertmanager has no conditional delete: what is changed between this look and the next line is not noticed.
    if (context.prepared && context.prepared.observed['updated_at'] !== silence.updatedAt) throw stale(id);
    await needAlertmanager(context).expireSilence(id, context.signal);
    const left = Math.max(1, Math.round((Date.parse(silence.endsAt) - context.now().getTime()) / 60_000));
    return {
      data: { silence_id: id, matchers: silence.matchers, minutes_left: left, comment: silence.comment },
      summary: `The silence ${id} has ended; it had ${counted(left, 'minute')} left.`,
      sources: { alertmanager: 'ok' as const },
    };
  },

  undo: (_input, _prepared, { matchers, minutes_left: left, comment }) => ({
    tool: 'prometheus.create_silence',
    input: {
      matchers,
      duration_minutes: Math.min(left, MAX_SILENCE_MINUTES),
      reason: `restored: ${comment}`.slice(0, 500),
    },
  }),
  verify: ({ silence_id: id }) => ({ tool: 'prometheus.list_silences', input: { ids: [id], state: 'expired' } }),
});

async function living(id: string, context: PrometheusContext): Promise<Silence> {
  const silence = await needAlertmanager(context)
    .silence(id, context.signal)
    .catch((error: unknown) => {
      throw error instanceof UpstreamError && error.status === 404 && error.kind === 'refused'
        ? noSuchSilence(id)
        : error;
    });
  if (silence.state !== 'expired') return silence;
  throw new AppError('conflict', `The silence ${id} has ended already, at ${silence.endsAt}.`, {
    details: { reason: 'already_expired' },
    suggestion: 'Nothing is left to do; list_silences shows what is still muted.',
  });
}

function noSuchSilence(id: string): AppError {
  return new AppError('not_found', `There is no silence ${id}.`, {
    suggestion: 'list_silences shows the ids; Alertmanager forgets ended ones after some days.',
  });
}

function stale(id: string): AppError {
  return new AppError('conflict', `The silence ${id} was changed in the meantime; nothing was done.`, {
    details: { reason: 'stale' },
    suggestion: 'Make the call again to see how it is now.',
  });
}
