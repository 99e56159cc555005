import { defineTool } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { z } from 'zod';
import type { Silence } from '../alertmanager-client.ts';
import { needAlertmanager, type PrometheusContext } from '../context.ts';
import { Matcher } from '../matcher.ts';
import { silenceLine } from '../silence-line.ts';

/** Ends a silence before its time. Source: Alertmanager API v2, `DELETE /silence/{id}`. */
export const expireSilence = defineTool({
  name: 'prometheus.expire_silence',
  title: 'End a silence',
  description: 'End a silence now, so that its alerts are heard again. A person approves first.',
  effect: 'write',
  approval: 'always',
  idempotent: true,
  timeoutMs: 10_000,
  input: z.strictObject({ silence_id: z.string().min(1).max(100) }),
  output: z.object({ silence_id: z.string(), matchers: z.array(Matcher), minutes_left: z.int(), comment: z.string() }),
  examples: [
    { input: { silence_id: '8a1c0f9e-5d0b-4a52-9d4e-2f6f0a1b2c3d' }, gives: 'what it muted and how long it had left' },
  ],

  async prepare({ silence_id: id }, context: PrometheusContext) {
    const silence = await living(id, context);
    return {
      resource: { kind: 'Silence', name: id },
      observed: { updated_at: silence.updatedAt, state: silence.state },
      diff: `End ${silenceLine(silence)}`,
      blast: { silences: 1 },
      reversible: true,
    };
  },

  async run({ silence_id: id }, context) {
    const silence = await living(id, context);
    if (context.prepared && context.prepared.observed['updated_at'] !== silence.updatedAt) throw stale(id);
    await needAlertmanager(context).expireSilence(id, context.signal);
    const minutes_left = Math.max(1, Math.round((Date.parse(silence.endsAt) - context.now().getTime()) / 60_000));
    return {
      data: { silence_id: id, matchers: silence.matchers, minutes_left, comment: silence.comment },
      summary: `The silence ${id} has ended; it had ${String(minutes_left)} minutes left.`,
      sources: { alertmanager: 'ok' as const },
    };
  },

  undo: (_input, _prepared, { matchers, minutes_left, comment }) => ({
    tool: 'prometheus.create_silence',
    input: { matchers, duration_minutes: minutes_left, reason: `restored: ${comment}`.slice(0, 500) },
  }),
  verify: ({ silence_id: id }) => ({ tool: 'prometheus.list_silences', input: { ids: [id], state: 'expired' } }),
});

async function living(id: string, context: PrometheusContext): Promise<Silence> {
  const silence = await needAlertmanager(context).silence(id, context.signal);
  if (silence.state !== 'expired') return silence;
  throw new AppError('conflict', `The silence ${id} has ended already, at ${silence.endsAt}.`, {
    details: { reason: 'already_expired' },
  });
}

function stale(id: string): AppError {
  return new AppError('conflict', `The silence ${id} was changed in the meantime; nothing was done.`, {
    details: { reason: 'stale' },
    suggestion: 'Make the call again to see how it is now.',
  });
}
