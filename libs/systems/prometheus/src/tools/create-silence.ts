import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import type { ActiveAlert } from '../alertmanager-client.ts';
import { needAlertmanager, type PrometheusContext } from '../context.ts';
import { labelText } from '../label-table.ts';
import { Matcher, matcherText } from '../matcher.ts';

/** Mutes matching alerts. Source: Alertmanager API v2, `POST /silences`. */
export const createSilence = defineTool({
  name: 'prometheus.create_silence',
  title: 'Silence alerts',
  description: 'Mute the alerts that match all given labels, for some minutes. A person approves first.',
  effect: 'write',
  approval: 'always',
  timeoutMs: 10_000,
  input: z.strictObject({
    matchers: z.array(Matcher).min(1).max(20).describe('All of them must match.'),
    duration_minutes: z
      .int()
      .min(1)
      .max(7 * 24 * 60),
    reason: z.string().min(3).max(500),
  }),
  output: z.object({ silence_id: z.string(), ends_at: z.iso.datetime() }),
  examples: [
    {
      input: {
        matchers: [{ name: 'alertname', value: 'HighLatency' }],
        duration_minutes: 30,
        reason: 'rolling out 1.4',
      },
      gives: 'the id of the silence',
    },
  ],

  async prepare({ matchers, duration_minutes: minutes }, context: PrometheusContext) {
    const muted = await needAlertmanager(context).activeAlerts(matchers, { silenced: false }, context.signal);
    const head = `Mute {${matchers.map(matcherText).join(', ')}} for ${String(minutes)} minutes.`;
    const now =
      muted.length === 0
        ? 'No alert that fires now matches; later ones would be mute too.'
        : `Would go quiet now:\n${muted.map(alertLine).join('\n')}`;
    return {
      resource: { kind: 'Silence' },
      observed: {},
      diff: `${head}\n${now}`,
      blast: { alerts: muted.length },
      reversible: true,
    };
  },

  async run({ matchers, duration_minutes: minutes, reason }, context: PrometheusContext) {
    const startsAt = context.now();
    const endsAt = new Date(startsAt.getTime() + minutes * 60_000).toISOString();
    // The call id in the comment is what `verify` looks for when the answer to this request is lost.
    const silence = {
      matchers,
      startsAt: startsAt.toISOString(),
      endsAt,
      createdBy: context.call.principal,
      comment: `${reason} (${context.call.id})`,
    };
    const id = await needAlertmanager(context).createSilence(silence, context.signal);
    return {
      data: { silence_id: id, ends_at: endsAt },
      summary: `Silenced until ${endsAt}.`,
      sources: { alertmanager: 'ok' as const },
    };
  },

  undo: (_input, _prepared, data) => ({ tool: 'prometheus.expire_silence', input: { silence_id: data.silence_id } }),
  verify: (_input, _prepared, callId) => ({
    tool: 'prometheus.list_silences',
    input: { comment_contains: callId, state: 'any' },
  }),
});

function alertLine({ labels, startsAt }: ActiveAlert): string {
  return `- ${labels['alertname'] ?? '(no name)'} ${labelText(labels)} since ${startsAt}`;
}
