import { Option, type Command } from 'commander';
import { z } from 'zod';
import { given, pairsToObject } from '../cli/arguments.ts';
import { cleanText } from '../cli/clean-text.ts';
import { addExamples } from '../cli/examples.ts';
import type { Io } from '../cli/io.ts';
import { positiveInteger, several, share } from '../cli/option-values.ts';
import { together } from '../cli/render-data.ts';
import { openSession } from '../cli/session.ts';

const Hit = z.looseObject({
  text: z.string(),
  similarity: z.number(),
  context_id: z.string(),
  metadata: z.looseObject({ message_range: z.array(z.number()) }),
  explanation: z.looseObject({ sentence: z.string() }).optional(),
});
const Found = z.looseObject({
  results: z.array(Hit),
  mode: z.string(),
  below_threshold: z.number(),
  notes: z.array(z.string()).optional(),
  hints: z.array(z.string()).optional(),
});

interface SearchOptions {
  limit?: number;
  threshold?: number;
  mode?: string;
  context?: string[];
  filter?: string[];
  explain?: boolean;
}

/** `devmesh search <query…>`, and the same as `devmesh context search`. */
export function addSearch(command: Command, io: Io): void {
  command
    .description('Search everything that was remembered. Best first; similarity means the same in every mode.')
    .argument('<query...>', 'what to look for; several words need no quotes')
    .option('--limit <count>', 'how many hits at most', positiveInteger)
    .option('--threshold <similarity>', 'only hits of at least this similarity, 0 to 1', share)
    .addOption(new Option('--mode <mode>', 'kind of search').choices(['auto', 'semantic', 'keyword', 'hybrid']))
    .option('--context <id>', 'only in this context; may be given several times', several)
    .option(
      '--filter <key=value>',
      'field of the context, of its metadata or of the piece; key:=\'{"$gte": 5}\' takes operators',
      several,
    )
    .option('--explain', 'say of each hit why it is there')
    .action(async (words: string[], options: SearchOptions, self: Command) => {
      const { api, output } = await openSession(self, io);
      const body = {
        query: words.join(' '),
        ...given({
          limit: options.limit,
          similarity_threshold: options.threshold,
          mode: options.mode,
          context_ids: options.context,
        }),
        ...(options.filter !== undefined && { filters: pairsToObject(options.filter) }),
      };
      const found = await api.request('POST', '/api/v1/search', { answers: Found, body });
      const page = { data: found.results, has_more: false, next_cursor: null };
      if (output.format === 'json') output.answer(found, () => '');
      else output.page(page, () => together(found.results.map((hit) => hitText(hit, options.explain === true))));
      if (output.format !== 'json')
        for (const line of [...(found.notes ?? []), ...(found.hints ?? [])]) output.note(line);
    });
  addExamples(command, [
    ['devmesh search connection pool exhausted', 'over all contexts'],
    ['devmesh search ERR_7301 --context conv-42 --limit 3', 'within one context'],
    ["devmesh search 'why did checkout fail' --filter type=incident --explain", 'by metadata, with reasons'],
  ]);
}

function hitText(
  { text, similarity, context_id: id, metadata, explanation }: z.infer<typeof Hit>,
  explain: boolean,
): string {
  const range = [...new Set(metadata.message_range)].join('–');
  const why = explain && explanation ? [`  ${cleanText(explanation.sentence)}`] : [];
  const body = cleanText(text)
    .split('\n')
    .map((line) => `  ${line}`);
  return [`${similarity.toFixed(2)}  ${cleanText(id)}  message ${range}`, ...why, ...body].join('\n');
}
