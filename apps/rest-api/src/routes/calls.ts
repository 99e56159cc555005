import type { Road } from '@devmesh/assembly';
import { CallFilters } from '@devmesh/calls';
import { CallReply, type Principal } from '@devmesh/contracts';
import { accepted, defineCursor, defineRoute, listOf, PageQuery, reply, type Route } from '@devmesh/http';
import { z } from 'zod';
import { callAnswer } from '../call-answer.ts';
import { CallForm, callForm } from '../call-form.ts';

const Id = z.object({ id: z.string() });
const position = defineCursor({ name: 'calls', position: z.object({ created_at: z.iso.datetime(), id: z.string() }) });

/** History, state, cancel, undo and verify of calls. */
export function callRoutes({ gateway, history }: Pick<Road, 'gateway' | 'history'>): Route[] {
  // Both spellings of a name; that of a tool which is gone finds its calls all the same.
  async function ownName(principal: Principal, name: string): Promise<string> {
    const tools = await gateway.catalog.list(principal, { all: true });
    return tools.find(({ published }) => published === name)?.descriptor.name ?? name;
  }

  return [
    defineRoute({
      name: 'calls.list',
      method: 'GET',
      path: '/api/v1/calls',
      summary: 'List calls, newest first',
      tag: 'calls',
      access: 'key',
      query: CallFilters.extend(PageQuery.shape),
      responses: { 200: listOf(CallForm) },
      async handler({ principal, query: { limit, cursor, ...filters } }) {
        const named =
          filters.tool === undefined ? filters : { ...filters, tool: await ownName(principal, filters.tool) };
        const { rows, next } = await history.list(principal, named, limit, position.decode(cursor));
        return reply({
          data: rows.map(callForm),
          next_cursor: next ? position.encode(next) : null,
          has_more: next !== undefined,
        });
      },
    }),
    defineRoute({
      name: 'calls.read',
      method: 'GET',
      path: '/api/v1/calls/:id',
      summary: 'State and result of a call',
      tag: 'calls',
      access: 'key',
      params: Id,
      query: z.object({
        wait_seconds: z.coerce.number().int().min(0).max(60).default(0).describe('Waits this long for it to end.'),
      }),
      responses: { 200: CallReply.extend({ call: CallForm }) },
      async handler({ principal, params, query, signal }) {
        const answer =
          query.wait_seconds > 0
            ? await gateway.waitForCall(principal, params.id, query.wait_seconds * 1000, signal)
            : await gateway.answerOf(principal, params.id);
        return reply({ ...answer.reply, call: callForm(await history.get(principal, params.id)) });
      },
    }),
    defineRoute({
      name: 'calls.cancel',
      method: 'POST',
      path: '/api/v1/calls/:id/cancel',
      summary: 'Cancel a call that waits or runs',
      tag: 'calls',
      access: 'key',
      params: Id,
      responses: { 202: z.object({ call_id: z.string(), state: z.string() }) },
      handler: async ({ principal, params }) =>
        accepted({ call_id: params.id, state: await gateway.cancelCall(principal, params.id) }),
    }),
    defineRoute({
      name: 'calls.undo',
      method: 'POST',
      path: '/api/v1/calls/:id/undo',
      summary: 'Take a call back, as a call of its own',
      tag: 'calls',
      access: 'key',
      idempotent: 'handler',
      params: Id,
      responses: { 200: CallReply, 202: CallReply },
      async handler({ principal, params, requestId, signal, idempotencyKey }) {
        const { reply: answer } = await gateway.undoCall(principal, params.id, {
          door: 'rest',
          requestId,
          signal,
          idempotencyKey,
        });
        return callAnswer(answer);
      },
    }),
    defineRoute({
      name: 'calls.verify',
      method: 'POST',
      path: '/api/v1/calls/:id/verify',
      summary: 'Settle a call whose outcome nobody knows, by its verifying read',
      tag: 'calls',
      access: 'key',
      params: Id,
      responses: { 200: CallReply },
      handler: async ({ principal, params, requestId, signal }) =>
        reply((await gateway.verifyCall(principal, params.id, { door: 'rest', requestId, signal })).reply),
    }),
  ];
}
