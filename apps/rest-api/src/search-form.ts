import { z } from 'zod';

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

const Hit = z.object({
  text: z.string(),
  similarity: z.number().describe('In [0, 1], the same meaning in every mode.'),
  context_id: z.string(),
  metadata: z.object({
    message_range: z.tuple([z.int(), z.int()]).describe('First and last message, counting from 0.'),
    character_range: z.tuple([z.int(), z.int()]).optional(),
    speakers: z.array(z.string()),
    chunk_type: z.string(),
    said_at: z.string(),
  }),
  explanation: Explanation,
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
