import { expect, test } from '@jest/globals';
import { publishedName, ToolDescriptor, type JsonSchema } from '@devmesh/contracts';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { Adapter } from '../define-adapter.ts';
import { describeTool } from '../describe-tool.ts';
import type { Tool } from '../define-tool.ts';
import { objectsIn, propertiesIn, reaches } from './json-schema.ts';
import { sentences } from './sentences.ts';

const MAX_TOKENS = 350;

/** What an agent sees of a tool before it calls it. */
export function describeSurface<Clients extends object>(adapter: Adapter<Clients>, tool: Tool) {
  const descriptor = describeTool(tool, adapter.name, true);
  const { inputSchema, outputSchema } = descriptor;

  test('has the name of its system, and one that model APIs take', () => {
    expect(ToolDescriptor.safeParse(descriptor).error).toBeUndefined();
    expect(tool.name.startsWith(`${adapter.name}.`)).toBe(true);
    expect(publishedName(tool.name)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  test('has a title of a few words and a description of one or two sentences', () => {
    expect(tool.title).toMatch(/^[A-Z].{2,59}[^.]$/);
    expect([1, 2]).toContain(sentences(tool.description));
    expect(tool.description.length).toBeLessThanOrEqual(300);
  });

  test(`costs a model at most ${String(MAX_TOKENS)} tokens`, () => {
    const { description } = tool;
    const tokens = countTokens(JSON.stringify({ name: publishedName(tool.name), description, inputSchema }));
    expect(tokens).toBeLessThanOrEqual(MAX_TOKENS);
  });

  test('refuses unknown fields everywhere in its input', () => {
    const loose = objectsIn(inputSchema).filter(
      ({ schema }) => schema['properties'] && schema['additionalProperties'] !== false,
    );
    expect(loose.map(({ path }) => path)).toEqual([]);
  });

  test('describes every field of its input', () => {
    const silent = propertiesIn(inputSchema).filter(({ schema }) => String(schema['description'] ?? '').length < 3);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test('points only at fields that its input has', () => {
    expect(Object.values(tool.targets ?? {}).filter((pointer) => !reaches(inputSchema, pointer))).toEqual([]);
  });

  test('has examples that parse, and parsing again changes nothing', () => {
    expect(tool.examples ?? []).not.toHaveLength(0);
    for (const { input, gives } of tool.examples ?? []) {
      const once = tool.input.parse(input);
      expect(tool.input.parse(structuredClone(once))).toEqual(once);
      expect(gives).toBeTruthy();
    }
  });

  test('is published as recorded', () => {
    expect(json(published(tool, { inputSchema, outputSchema }))).toMatchSnapshot();
  });
}

function published(tool: Tool, schemas: Record<string, JsonSchema>) {
  const { title, description, effect, approval, idempotent, timeoutMs, targets, examples } = tool;
  const does = {
    prepares: tool.prepare !== undefined,
    verifies: tool.verify !== undefined,
    undoes: tool.undo !== undefined,
  };
  return {
    name: publishedName(tool.name),
    title,
    description,
    effect,
    approval,
    idempotent,
    ...does,
    timeoutMs,
    targets,
    examples,
    ...schemas,
  };
}

function json(value: unknown): string {
  return `\n${JSON.stringify(value, null, 2)}\n`;
}
