import { defineTool } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { z } from 'zod';
import type { ActiveAlert } from '../alertmanager-client.ts';
import { needAlertmanager, type PrometheusContext } from '../context.ts';
import { counted } from '../counted.ts';
import { labelText } from '../label-table.ts';
import { Matcher, matcherText, matchesEmpty } from '../matcher.ts';
import { MAX_SILENCE_MINUTES } from '../silence-line.ts';
import { shortTime } from '../moment.ts';

const MAX_SHOWN = 20;

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
    duration_minutes: z.int().min(1).max(MAX_SILENCE_MINUTES).describe('From now; at most a week.'),
    reason: z.string().min(3).max(500).describe('For the people who wonder why it is quiet.'),
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

  async prepare({ matchers, duration_minutes: minutes, reason }, context: PrometheusContext) {
    assertNarrow(matchers);
    const muted = await needAlertmanager(context).activeAlerts(matchers, { silenced: false }, context.signal);
    const diff = `Mute {${matchers.map(matcherText).join(', ')}} for ${counted(minutes, 'minute')}: ${reason}\n${mutedNow(muted)}`;
    return { resource: { kind: 'Silence' }, observed: {}, diff, blast: { alerts: muted.length }, reversible: true };
  },

  async run({ matchers, duration_minutes: minutes, reason }, context: PrometheusContext) {
    assertNarrow(matchers);
    const startsAt = context.now();
    const endsAt = new Date(startsAt.getTime() + minutes * 60_000).toISOString();
    // The call id in the comment is what `verify` looks for when the answer to this request is lost.
    const comment = `${reason} (${context.call.id})`;
    const silence = { matchers, startsAt: startsAt.toISOString(), endsAt, createdBy: context.call.principal, comment };
    const id = await needAlertmanager(context).createSilence(silence, context.signal);
    return {
      data: { silence_id: id, ends_at: endsAt },
      summary: `Silenced until ${shortTime(endsAt)}: silence ${id}.`,
      sources: { alertmanager: 'ok' as const },
    };
  },

  undo: (_input, _prepared, data) => ({ tool: 'prometheus.expire_silence', input: { silence_id: data.silence_id } }),
  verify: (_input, _prepared, callId) => ({
    tool: 'prometheus.list_silences',
    input: { comment_contains: callId, state: 'any' },
  }),
});

// Alertmanager refuses it too, but only once a person has approved.
function assertNarrow(matchers: readonly Matcher[]): void {
  if (!matchers.every(matchesEmpty)) return;
  throw new AppError('invalid_input', 'These matchers fit every alert; Alertmanager takes no such silence.', {
    details: { fields: { matchers: 'fit every alert' } },
    suggestion: 'Name at least one label value: {"name": "alertname", "value": "HighLatency"}.',
  });
}

function mutedNow(alerts: readonly ActiveAlert[]): string {
  if (alerts.length === 0) return 'No alert that fires now matches; later ones would be mute too.';
  const lines = alerts
    .slice(0, MAX_SHOWN)
    .map(({ labels, startsAt }) => `- ${alertText(labels)} since ${shortTime(startsAt)}`);
  const more = alerts.length > MAX_SHOWN ? [`- and ${String(alerts.length - MAX_SHOWN)} more`] : [];
  return [`${counted(alerts.length, 'alert')} would go quiet now:`, ...lines, ...more].join('\n');
}

function alertText({ alertname = '(no name)', ...labels }: Record<string, string>): string {
  return `${alertname} ${labelText(labels)}`.slice(0, 300);
}
