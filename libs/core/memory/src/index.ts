export type { Appended } from './append-messages.ts';
export { chunk, CHUNKERS } from './chunker.ts';
export type { Chunker, ChunkerName, Piece, Span, Utterance } from './chunker.ts';
export type { ContextView } from './context-view.ts';
export type { Created } from './create-context.ts';
export type { Explanation } from './explanation.ts';
export { FILTER_OPERATORS } from './filters.ts';
export type { Indexed } from './index-context.ts';
export {
  AppendMessages,
  Content,
  ContextId,
  CreateContext,
  GetContext,
  ListContexts,
  ListMessages,
  PatchContext,
  Search,
  SearchContext,
  SearchMode,
  UpdateContext,
} from './inputs.ts';
export { createMemory } from './memory.ts';
export type { Memory, MemoryParts } from './memory.ts';
export type { Message, MessageSource } from './message.ts';
export { MAX_METADATA_BYTES } from './metadata.ts';
export type { IndexQueue, Swept } from './outbox.ts';
export type { ContextChange } from './parts.ts';
export type { MessageView, Page } from './read-context.ts';
export type { Recalled } from './recall.ts';
export type { SearchAnswer, SearchContextRequest, SearchHit, SearchRequest } from './search.ts';
export { shareOfSimilarity, similarityOfShare } from './similarity.ts';
export { MAX_CONTEXT_BYTES } from './size-limit.ts';
export { termsOf } from './terms.ts';
export { CHARACTERS_PER_TOKEN, tokensOf } from './token-budget.ts';
export type { Viewer } from './viewer.ts';
