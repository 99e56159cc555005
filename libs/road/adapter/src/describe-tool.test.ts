import { expect, test } from '@jest/globals';
import { ToolDescriptor } from '@devmesh/contracts';
import { z } from 'zod';
import type { Tool } from './define-tool.ts';
import { describeTool } from './describe-tool.ts';
import { listNotes, pinNote } from './notes.fixtures.ts';

const list = listNotes as unknown as Tool;
const pin = pinNote as unknown as Tool;

test('a field with a default is not required, and no other field is taken', () => {
  const { inputSchema } = describeTool(list, 'notes', true);
  expect(inputSchema).toMatchObject({
    type: 'object',
    additionalProperties: false,
    properties: { limit: { default: 10 } },
  });
  expect(inputSchema['required'] ?? []).not.toContain('limit');
});

test('what is derived is a descriptor that travels', () => {
  const descriptor = describeTool(pin, 'notes', true);
  expect(ToolDescriptor.parse(JSON.parse(JSON.stringify(descriptor)))).toEqual(descriptor);
  expect(descriptor).toMatchObject({
    effect: 'write',
    idempotent: false,
    prepares: true,
    undoes: true,
    verifies: true,
    targets: { name: '/text' },
  });
  expect(describeTool(list, 'notes', false)).toMatchObject({
    idempotent: true,
    prepares: false,
    undoes: false,
    verifies: false,
    needsConnection: false,
  });
});

test('the hash changes with what a call depends on, and with nothing else', () => {
  const hash = (changes: Partial<Tool>) => describeTool({ ...pin, ...changes }, 'notes', true).schemaHash;
  expect(hash({ description: 'Something else.' })).toBe(hash({}));
  for (const changes of [
    { effect: 'destroy' as const },
    { approval: 'always' as const },
    { input: z.strictObject({}) },
  ])
    expect(hash(changes)).not.toBe(hash({}));
});
