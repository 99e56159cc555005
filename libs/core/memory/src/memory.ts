import type { JobPayload } from '@devmesh/contracts';
import type { Clock, Logger, Metrics } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import { appendMessages } from './append-messages.ts';
import type { Appended } from './append-messages.ts';
import { CHUNKERS } from './chunker.ts';
import type { ChunkerName } from './chunker.ts';
import { createContext } from './create-context.ts';
import type { Created } from './create-context.ts';
import type { ContextView } from './context-view.ts';
import { deleteContext } from './delete-context.ts';
import { indexContext, reindexContext } from './index-context.ts';
import type { Indexed } from './index-context.ts';
import type {
  AppendMessages,
  CreateContext,
  GetContext,
  ListContexts,
  ListMessages,
  PatchContext,
  UpdateContext,
} from './inputs.ts';
import { listContexts } from './list-contexts.ts';
import { createWaker, sweep, sweepOutbox } from './outbox.ts';
import type { IndexQueue, Swept } from './outbox.ts';
import type { ContextChange, Parts } from './parts.ts';
import { listMessages } from './read-context.ts';
import type { MessageView, Page } from './read-context.ts';
import { recall } from './recall.ts';
import type { Recalled } from './recall.ts';
import { search, searchContext } from './search.ts';
import type { SearchAnswer, SearchContextRequest, SearchRequest } from './search.ts';
import { MAX_CONTEXT_BYTES } from './size-limit.ts';
import { updateContext } from './update-context.ts';
import type { Viewer } from './viewer.ts';

export interface MemoryParts {
  db: Db;
  queue: IndexQueue;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** After the commit, as a hint to look. */
  onChange?: (organizationId: string, contextId: string, change: ContextChange) => void;
  /** How an organisation's contexts are cut; default `500`. */
  chunkerFor?: (organizationId: string) => ChunkerName;
  maxContextBytes?: number;
}

/** Contexts, messages and search. Every function takes the viewer, or the organisation, first. */
export interface Memory {
  create(viewer: Viewer, input: CreateContext): Promise<Created>;
  /** With `include_content`, `relevant_to` and `max_tokens` (characters / 4). */
  get(viewer: Viewer, id: string, query?: GetContext): Promise<Recalled>;
  /** PUT. `expectedVersion` is If-Match. */
  update(viewer: Viewer, id: string, input: UpdateContext, expectedVersion?: number): Promise<ContextView>;
  /** PATCH. */
  patch(viewer: Viewer, id: string, input: PatchContext, expectedVersion?: number): Promise<ContextView>;
  append(viewer: Viewer, id: string, input: AppendMessages): Promise<Appended>;
  list(viewer: Viewer, query?: Partial<ListContexts>): Promise<Page<ContextView>>;
  messages(viewer: Viewer, id: string, query?: Partial<ListMessages>): Promise<Page<MessageView>>;
  remove(viewer: Viewer, id: string): Promise<void>;
  search(viewer: Viewer, request: SearchRequest): Promise<SearchAnswer>;
  searchContext(viewer: Viewer, id: string, request: SearchContextRequest): Promise<SearchAnswer>;
  /** The job `context.index`. */
  indexContext(payload: JobPayload<'context.index'>, signal?: AbortSignal): Promise<Indexed>;
  /** Compares every piece with its messages; writes only what differs. */
  reindexContext(organizationId: string, contextId: string): Promise<Indexed>;
  /** The job `context.sweep`: expiry, lost jobs, uncounted terms. */
  sweep(): Promise<Swept>;
  sweepOutbox(options?: { olderThanMs?: number; limit?: number }): Promise<number>;
}

export function createMemory(options: MemoryParts): Memory {
  const parts = partsOf(options);
  const duration = options.metrics.histogram({
    name: 'mcp_search_duration_seconds',
    help: 'Time of one search, from the query to the hits.',
    labels: ['mode'],
  });
  return {
    create: (viewer, input) => createContext(parts, viewer, input),
    get: (viewer, id, query = {}) => recall(parts, viewer, id, query, duration),
    update: (viewer, id, input, expectedVersion) => updateContext(parts, viewer, id, input, { expectedVersion }),
    patch: (viewer, id, input, expectedVersion) =>
      updateContext(parts, viewer, id, input, { expectedVersion, metadata: 'merge' }),
    append: (viewer, id, input) => appendMessages(parts, viewer, id, input),
    list: (viewer, query = {}) => listContexts(parts, viewer, query),
    messages: (viewer, id, query = {}) => listMessages(parts, viewer, id, query),
    remove: (viewer, id) => deleteContext(parts, viewer, id),
    search: (viewer, request) => search(parts, viewer, request, duration),
    searchContext: (viewer, id, request) => searchContext(parts, viewer, id, request, duration),
    indexContext: ({ organizationId, contextId }, signal) => indexContext(parts, organizationId, contextId, signal),
    reindexContext: (organizationId, contextId) => reindexContext(parts, organizationId, contextId),
    sweep: () => sweep(parts, options.queue),
    sweepOutbox: (limits) => sweepOutbox(parts, options.queue, limits),
  };
}

function partsOf({ db, queue, clock, logger, onChange, chunkerFor, maxContextBytes }: MemoryParts): Parts {
  return {
    db,
    clock,
    logger,
    chunker: (organizationId) => CHUNKERS[chunkerFor?.(organizationId) ?? '500'],
    maxContextBytes: maxContextBytes ?? MAX_CONTEXT_BYTES,
    wake: createWaker(queue, logger),
    changed(organizationId, contextId, change) {
      try {
        onChange?.(organizationId, contextId, change);
      } catch (error) {
        logger.error('a listener failed on a changed context', { organizationId, contextId, change, error });
      }
    },
  };
}
