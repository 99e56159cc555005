import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { readEvidence, untrustedText, type Evidence } from '@devmesh/calls';
import { z } from 'zod';

/** What did not fit into an answer. */
export function evidenceRead(evidence: Pick<Evidence, 'read'>) {
  return defineTool({
    name: 'evidence_read',
    title: 'Read evidence',
    description: 'Read what did not fit into an answer: by page, by grep (RE2 lines) or by JMESPath query.',
    effect: 'read',
    openWorld: false,
    timeoutMs: 15_000,
    input: z.strictObject({
      id: z.string().min(1).max(100),
      grep: z.string().max(500).optional(),
      query: z.string().max(2000).optional().describe('JMESPath.'),
      page: z.int().min(1).default(1),
    }),
    output: z.object({ id: z.string(), text: z.string(), page: z.int(), pages: z.int(), matches: z.int().optional() }),
    examples: [{ input: { id: 'ev_01k…', grep: 'error' }, gives: 'the lines with "error"' }],

    async run({ id, ...question }, { viewer }: OwnToolContext) {
      const { text, tool, callId } = await evidence.read(viewer, id);
      const answer = readEvidence(text, question);
      const found =
        answer.matches === undefined
          ? `page ${String(answer.page)} of ${String(answer.pages)}`
          : `${String(answer.matches)} lines match`;
      return {
        data: { id, ...answer },
        summary: `Evidence of ${tool} (${callId}): ${found}.`,
        text: untrustedText(tool, answer.text),
        page: { returned: 1, total: answer.pages, truncated: answer.page < answer.pages },
      };
    },
  });
}
