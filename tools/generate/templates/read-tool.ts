import type { SystemNames, ToolNames } from '../names.ts';

type Names = SystemNames & ToolNames;

/** A tool that reads, for systems as `generate:adapter` lays them out. */
export function readTool({ system, pascal, name, variable, title, noun, file }: Names): string {
  return `import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import type { ${pascal}Context } from '../context.ts';
import { parseAnswer } from '../parse-answer.ts';

/** The part of the answer that the tool shows. */
const Answer = z.object({ items: z.array(z.object({ name: z.string(), state: z.string() })) });

/** ${title}. Source: ${pascal}'s HTTP API, \`GET /api/${file}\`. */
export const ${variable} = defineTool({
  name: '${name}',
  title: '${title}',
  description: '${title} of ${pascal} with their state.',
  effect: 'read',
  timeoutMs: 15_000,
  input: z.strictObject({
    contains: z.string().min(1).max(200).optional().describe('Only ${noun} whose name contains this.'),
    limit: z.int().min(1).max(200).default(50).describe('How many at most.'),
  }),
  output: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  examples: [{ input: { limit: 10 }, gives: 'the first ten of them' }],

  async run({ contains = '', limit }, { ${system}, signal }: ${pascal}Context) {
    const { items } = parseAnswer(Answer, await ${system}.get('/api/${file}', {}, signal));
    const found = items.filter((item) => item.name.includes(contains));
    const rows = found.slice(0, limit).map(({ name, state }) => [name, state]);
    return {
      data: { columns: ['name', 'state'], rows },
      summary: found.length === 0 ? 'No ${noun} found.' : \`\${String(found.length)} ${noun} found.\`,
      page: { returned: rows.length, total: found.length, truncated: rows.length < found.length },
      hints: found.length === 0 && contains !== '' ? ['Leave \`contains\` out to see them all.'] : [],
      sources: { ${system}: 'ok' as const },
    };
  },
});
`;
}

/** The three sharp cases of a tool: the useful result, the vendor's refusal, the bad input. */
export function readToolTest({ system, pascal, variable, file, noun }: Names): string {
  return `import { expect, test } from '@jest/globals';
import { callTool, contextThat, refusal } from '../${system}.fixtures.ts';
import { ${variable} } from './${file}.ts';

const some = contextThat(() => Promise.resolve({ items: [item('api', 'up'), item('web', 'down'), item('web-2', 'up')] }));

test('shows ${noun} that contain the text, and how many there are beyond the limit', async () => {
  expect(await callTool(${variable}, { contains: 'web', limit: 1 }, some)).toMatchObject({
    ok: true,
    output: { data: { rows: [['web', 'down']] }, page: { returned: 1, total: 2, truncated: true } },
  });
});

test('says so when there are none, and what to try', async () => {
  expect(await callTool(${variable}, { contains: 'nowhere' }, some)).toMatchObject({
    ok: true,
    output: { data: { rows: [] }, summary: 'No ${noun} found.', hints: [expect.stringContaining('contains')] },
  });
});

test('hands on what ${pascal} refuses, with a next step', async () => {
  const refusing = contextThat(() => Promise.reject(refusal(403, 'not for this token')));
  expect(await callTool(${variable}, {}, refusing)).toMatchObject({
    ok: false,
    error: { code: 'forbidden', message: expect.stringContaining('not for this token'), suggestion: expect.any(String) },
  });
});

test('is honest about an answer in another form', async () => {
  const changed = contextThat(() => Promise.resolve({ things: [] }));
  expect(await callTool(${variable}, {}, changed)).toMatchObject({ ok: false, error: { code: 'upstream_failed' } });
});

test('refuses a limit that is none', async () => {
  expect(await callTool(${variable}, { limit: 0 }, some)).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', details: { fields: { limit: expect.any(String) } } },
  });
});

function item(name: string, state: string) {
  return { name, state };
}
`;
}
