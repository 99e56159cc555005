import type { Road } from '@devmesh/assembly';
import { created, defineRoute, listOf, noContent, reply, type Route } from '@devmesh/http';
import {
  AppendMessages,
  CreateContext,
  GetContext,
  ListContexts,
  ListMessages,
  PatchContext,
  SearchContext,
  UpdateContext,
  type ContextView,
} from '@devmesh/memory';
import { z } from 'zod';
import { AppendedForm, ContextForm, ContextRead, ContextReply, MessageForm } from '../context-form.ts';
import { ifMatch } from '../if-match.ts';
import { SearchForm } from '../search-form.ts';

const Id = z.object({ id: z.string().min(1).max(255) });
/** A context of 10 MB, and what JSON adds to it. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Contexts and their messages. */
export function contextRoutes({ memory, noteDone }: Pick<Road, 'memory' | 'noteDone'>): Route[] {
  return [
    defineRoute({
      name: 'contexts.create',
      method: 'POST',
      path: '/api/v1/contexts',
      summary: 'Make a context',
      description: 'The same id again with the same `user_id` answers 200 with the existing one, unchanged.',
      tag: 'contexts',
      access: 'key',
      scope: 'memory:write',
      idempotent: true,
      maxBodyBytes: MAX_BODY_BYTES,
      body: CreateContext,
      responses: { 200: ContextReply, 201: ContextReply },
      async handler({ principal, body, requestId }) {
        const { context, created: isNew } = await memory.create(principal, body);
        if (isNew) noteDone(principal, { action: 'context.created', target: context.id, requestId });
        const view = both(context);
        return isNew
          ? created(view, { version: context.version, location: `/api/v1/contexts/${encodeURIComponent(context.id)}` })
          : reply(view, { version: context.version });
      },
    }),
    defineRoute({
      name: 'contexts.list',
      method: 'GET',
      path: '/api/v1/contexts',
      summary: 'List contexts',
      tag: 'contexts',
      access: 'key',
      scope: 'memory:read',
      query: ListContexts,
      responses: { 200: listOf(ContextForm) },
      handler: async ({ principal, query }) => reply(await memory.list(principal, query)),
    }),
    defineRoute({
      name: 'contexts.read',
      method: 'GET',
      path: '/api/v1/contexts/:id',
      summary: 'Read a context',
      tag: 'contexts',
      access: 'key',
      scope: 'memory:read',
      params: Id,
      query: GetContext,
      responses: { 200: ContextRead },
      async handler({ principal, params, query }) {
        const context = await memory.get(principal, params.id, query);
        // What is found for a question changes with the index, not with the version.
        return reply(both(context), query.relevant_to === undefined ? { version: context.version } : {});
      },
    }),
    defineRoute({
      name: 'contexts.update',
      method: 'PUT',
      path: '/api/v1/contexts/:id',
      summary: 'Replace metadata, add or replace content, or both',
      tag: 'contexts',
      access: 'key',
      scope: 'memory:write',
      maxBodyBytes: MAX_BODY_BYTES,
      params: Id,
      body: UpdateContext,
      responses: { 200: ContextReply },
      async handler({ principal, params, body, header, requestId }) {
        const context = await memory.update(principal, params.id, body, ifMatch(header('if-match')));
        noteDone(principal, { action: 'context.updated', target: params.id, requestId });
        return reply(both(context), { version: context.version });
      },
    }),
    defineRoute({
      name: 'contexts.patch',
      method: 'PATCH',
      path: '/api/v1/contexts/:id',
      summary: 'Merge metadata, key by key',
      tag: 'contexts',
      access: 'key',
      scope: 'memory:write',
      maxBodyBytes: MAX_BODY_BYTES,
      params: Id,
      body: PatchContext,
      responses: { 200: ContextReply },
      async handler({ principal, params, body, header, requestId }) {
        const context = await memory.patch(principal, params.id, body, ifMatch(header('if-match')));
        noteDone(principal, { action: 'context.updated', target: params.id, requestId });
        return reply(both(context), { version: context.version });
      },
    }),
    defineRoute({
      name: 'contexts.delete',
      method: 'DELETE',
      path: '/api/v1/contexts/:id',
      summary: 'Delete a context with everything in it',
      tag: 'contexts',
      access: 'key',
      scope: 'memory:write',
      params: Id,
      responses: { 204: z.undefined() },
      async handler({ principal, params, requestId }) {
        await memory.remove(principal, params.id);
        noteDone(principal, { action: 'context.deleted', target: params.id, requestId });
        return noContent();
      },
    }),
    defineRoute({
      name: 'contexts.append_messages',
      method: 'POST',
      path: '/api/v1/contexts/:id/messages',
      summary: 'Append messages',
      tag: 'contexts',
      access: 'key',
      scope: 'memory:write',
      idempotent: true,
      maxBodyBytes: MAX_BODY_BYTES,
      params: Id,
      body: AppendMessages,
      responses: { 201: AppendedForm },
      async handler({ principal, params, body, requestId }) {
        const appended = await memory.append(principal, params.id, body);
        noteDone(principal, { action: 'context.appended', target: params.id, requestId });
        return created({ ...appended }, { version: appended.version });
      },
    }),
    defineRoute({
      name: 'contexts.messages',
      method: 'GET',
      path: '/api/v1/contexts/:id/messages',
      summary: 'List all messages in order',
      tag: 'contexts',
      access: 'key',
      scope: 'memory:read',
      params: Id,
      query: ListMessages,
      responses: { 200: listOf(MessageForm) },
      async handler({ principal, params, query }) {
        return reply(await memory.messages(principal, params.id, query));
      },
    }),
    defineRoute({
      name: 'contexts.search',
      method: 'POST',
      path: '/api/v1/contexts/:id/search',
      summary: 'Search within one context',
      tag: 'search',
      access: 'key',
      scope: 'memory:read',
      params: Id,
      body: SearchContext,
      responses: { 200: SearchForm },
      handler: async ({ principal, params, body }) => reply(await memory.searchContext(principal, params.id, body)),
    }),
  ];
}

// Clients of the predecessors read either place.
function both<View extends ContextView>(context: View) {
  return { ...context, data: { ...context } };
}
