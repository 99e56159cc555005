import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { z } from 'zod';
import { AnsweredCall, resultOf } from '../answer-output.ts';
import type { OwnRoad } from '../road.ts';

/** Takes a call back by the way back that was stored when it ran. */
export function undoCall(road: Pick<OwnRoad, 'undoCall'>) {
  return defineTool({
    name: 'undo_call',
    title: 'Undo a call',
    description: 'Take back a call that succeeded, by its stored way back. Runs under the same rules as any call.',
    effect: 'write',
    openWorld: false,
    timeoutMs: 60_000,
    input: z.strictObject({ call_id: z.string().min(1).max(100) }),
    output: AnsweredCall,
    examples: [{ input: { call_id: 'call_01k…' }, gives: 'the call that took it back' }],

    async run({ call_id: callId }, { viewer, signal }: OwnToolContext) {
      return resultOf(await road.undoCall(viewer, callId, { door: 'tool', signal }));
    },
  });
}
