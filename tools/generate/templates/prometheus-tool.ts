import type { SystemNames, ToolNames } from '../names.ts';

type Names = SystemNames & ToolNames;

/** A tool that shows an instant query of its own. */
export function prometheusTool({ name, variable, title, noun }: Names): string {
  return `import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import { needPrometheus, QUERY_TIMEOUT_SECONDS, type PrometheusContext } from '../context.ts';
import { sampleValue } from '../label-table.ts';

/** ${title} of every job. Source: Prometheus HTTP API, \`GET /api/v1/query\`. */
export const ${variable} = defineTool({
  name: '${name}',
  title: '${title}',
  description: 'Show the ${noun} of every job, now.',
  effect: 'read',
  timeoutMs: 35_000,
  input: z.strictObject({
    job: z.string().min(1).max(200).optional().describe('Only this job.'),
    limit: z.int().min(1).max(200).default(50).describe('How many at most.'),
  }),
  output: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.union([z.string(), z.number()]))) }),
  examples: [{ input: { job: 'checkout' }, gives: 'its ${noun}' }],

  async run({ job, limit }, context: PrometheusContext) {
    const query = \`avg by (job) (up\${job === undefined ? '' : \`{job=\${JSON.stringify(job)}}\`})\`;
    const { data, warnings } = await needPrometheus(context).query(
      query,
      { time: context.now().getTime() / 1000, timeoutSeconds: QUERY_TIMEOUT_SECONDS },
      context.signal,
    );
    const series = data.resultType === 'vector' ? data.result : [];
    const rows = series.slice(0, limit).map(({ metric, value }) => [metric['job'] ?? '', sampleValue(value?.[1] ?? 'NaN')]);
    return {
      data: { columns: ['job', 'value'], rows },
      summary: series.length === 0 ? 'No job has it.' : \`\${String(series.length)} jobs.\`,
      page: { returned: rows.length, total: series.length, truncated: rows.length < series.length },
      scope: { query },
      hints: series.length === 0 ? ['The job may be called otherwise: list_targets names them.', ...warnings] : warnings,
      sources: { prometheus: 'ok' as const },
    };
  },
});
`;
}

/** The three sharp cases of a tool: the useful result, the vendor's refusal, the bad input. */
export function prometheusToolTest({ variable, file }: Names): string {
  return `import { expect, test } from '@jest/globals';
import { answer, callTool, contextThat, refusal, vector } from '../prometheus.fixtures.ts';
import { ${variable} } from './${file}.ts';

test('shows one row a job, and how many there are beyond the limit', async () => {
  const context = contextThat({ query: () => answer(vector([{ job: 'checkout' }, { job: 'cart' }], '0.5')) });
  expect(await callTool(${variable}, { limit: 1 }, context)).toMatchObject({
    ok: true,
    output: { data: { rows: [['checkout', 0.5]] }, page: { returned: 1, total: 2, truncated: true } },
  });
});

test('quotes the job in the query', async () => {
  const context = contextThat({ query: () => answer(vector([])) });
  expect(await callTool(${variable}, { job: 'a"b' }, context)).toMatchObject({
    ok: true,
    output: { data: { rows: [] }, scope: { query: expect.stringContaining(String.raw\`{job="a\\"b"}\`) } },
  });
});

test('hands on what Prometheus refuses', async () => {
  const context = contextThat({ query: () => Promise.reject(refusal('Prometheus', 400, 'parse error')) });
  expect(await callTool(${variable}, {}, context)).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: expect.stringContaining('parse error') },
  });
});

test('refuses a limit that is none', async () => {
  expect(await callTool(${variable}, { limit: 0 }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input' },
  });
});
`;
}
