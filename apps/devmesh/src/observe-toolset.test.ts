import { expect, test } from '@jest/globals';
import { describeTool, serveLocally } from '@devmesh/adapter';
import { publishedName, type ToolDescriptor } from '@devmesh/contracts';
import { OBSERVE } from '@devmesh/gateway';
import { ownTools, type OwnToolsParts } from '@devmesh/platform';
import { silentLogger } from '@devmesh/runtime';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { SYSTEMS } from './start/systems.ts';

// Here, because only this project may see every system at once.
const NOTHING = {} as OwnToolsParts;
const tools: ToolDescriptor[] = [
  ...serveLocally(ownTools(NOTHING), silentLogger()).descriptors,
  ...SYSTEMS.flatMap((adapter) => adapter.tools.map((tool) => describeTool(tool, adapter.name, true))),
];

/** What a model reads of a tool. */
function tokensOf({ name, description, inputSchema }: ToolDescriptor): number {
  return countTokens(JSON.stringify({ name: publishedName(name), description, inputSchema }));
}

const observe = OBSERVE.map((name) => {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`observe names ${name}, which there is not`);
  return tool;
});

test('observe holds at most 40 tools and 8,000 tokens', () => {
  expect(observe.length).toBeLessThanOrEqual(40);
  expect(observe.reduce((sum, tool) => sum + tokensOf(tool), 0)).toBeLessThanOrEqual(8_000);
});

test('no tool costs a model more than 350 tokens', () => {
  const costly = tools.map((tool) => [tool.name, tokensOf(tool)] as const).filter(([, tokens]) => tokens > 350);
  expect(costly).toEqual([]);
});

test('observe changes nothing but contexts, and asks no person', () => {
  const changing = observe.filter(({ effect }) => effect !== 'read');
  expect(changing.map(({ name }) => name)).toEqual(['contexts_create', 'contexts_update', 'contexts_append']);
  expect(observe.filter(({ approval, effect }) => approval !== undefined || effect === 'destroy')).toEqual([]);
});

test('no two tools are published under one name, and every name is one that model APIs allow', () => {
  const names = tools.map(({ name }) => publishedName(name));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
});
