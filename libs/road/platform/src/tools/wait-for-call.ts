import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { z } from 'zod';
import { AnsweredCall, reportOf } from '../answer-output.ts';
import type { OwnRoad } from '../road.ts';

/** Waits for a call that a person has to approve, or that still runs. */
export function waitForCall(road: Pick<OwnRoad, 'waitForCall'>) {
  return defineTool({
    name: 'wait_for_call',
    title: 'Wait for a call',
    description: 'Wait until a call has ended (approved and run, refused, expired, finished) and give its result.',
    effect: 'read',
    openWorld: false,
    timeoutMs: 310_000,
    input: z.strictObject({
      call_id: z.string().min(1).max(100),
      timeout_seconds: z
        .int()
        .min(0)
        .max(300)
        .default(50)
        .describe('How long to wait; the state is given all the same.'),
    }),
    output: AnsweredCall,
    examples: [
      { input: { call_id: 'call_01k…', timeout_seconds: 60 }, gives: 'the result once a person has approved' },
    ],

    async run({ call_id: callId, timeout_seconds: seconds }, { viewer, signal }: OwnToolContext) {
      return reportOf(await road.waitForCall(viewer, callId, seconds * 1000, signal));
    },
  });
}
