import { z } from 'zod';

/** A passage of a context that fits a question. */
export const Passage = z.object({
  text: z.string(),
  similarity: z.number().describe('In [0, 1], the same meaning in every mode.'),
  metadata: z.object({
    message_range: z.tuple([z.int(), z.int()]).describe('First and last message, counting from 0.'),
    character_range: z.tuple([z.int(), z.int()]).optional(),
    speakers: z.array(z.string()),
    chunk_type: z.string(),
    said_at: z.string(),
  }),
});
