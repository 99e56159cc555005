import { z } from 'zod';
import { ContextForm } from './context-form.ts';
import { Passage } from './passage-form.ts';

const Explanation = z.object({
  mode: z.string(),
  vector_rank: z.int().nullable(),
  keyword_rank: z.int().nullable(),
  rrf: z.number(),
  cosine: z.number().nullable(),
  similarity: z.number(),
  matched_terms: z.array(z.string()),
  ann: z.string().nullable(),
  sentence: z.string(),
});

const Hit = Passage.extend({
  context_id: z.string(),
  explanation: Explanation,
  context: ContextForm.optional().describe('With `include: ["context"]`; without its messages.'),
});

/** What a search answers; `results` and `data` are the same list. */
export const SearchForm = z.object({
  results: z.array(Hit),
  data: z.array(Hit),
  mode: z.string().describe('What kind of search it was.'),
  requested_mode: z.string(),
  below_threshold: z.int(),
  notes: z.array(z.string()),
  hints: z.array(z.string()),
  took_ms: z.number(),
});
