import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { z } from 'zod';
import { AnsweredCall, resultOf } from '../answer-output.ts';
import type { OwnRoad } from '../road.ts';

/** Settles a call whose answer was lost. */
export function verifyCall(road: Pick<OwnRoad, 'verifyCall'>) {
  return defineTool({
    name: 'verify_call',
    title: 'Verify a call',
    description: 'Find out whether a call with an unknown outcome took effect, by its verifying read, and settle it.',
    effect: 'write',
    openWorld: false,
    idempotent: true,
    timeoutMs: 60_000,
    input: z.strictObject({ call_id: z.string().min(1).max(100) }),
    output: AnsweredCall,
    examples: [{ input: { call_id: 'call_01k…' }, gives: 'whether it happened' }],

    async run({ call_id: callId }, { viewer, signal }: OwnToolContext) {
      return resultOf(await road.verifyCall(viewer, callId, { door: 'tool', signal }));
    },
  });
}
