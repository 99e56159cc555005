import { expect, test } from '@jest/globals';
import { decide } from './decide.ts';
import type { Facts } from './facts.ts';

const reader = { kind: 'key' as const, roles: [], scopes: ['read', 'memory:write'], label: 'reader' };
const writer = { kind: 'key' as const, roles: [], scopes: ['read', 'write'], label: 'writer' };
const query = { name: 'prometheus.query', system: 'prometheus', effect: 'read' as const };
const scale = { name: 'kubernetes.scale', system: 'kubernetes', effect: 'write' as const };
const silence = {
  name: 'prometheus.create_silence',
  system: 'prometheus',
  effect: 'write' as const,
  approval: 'always' as const,
};
const drain = { name: 'kubernetes.drain', system: 'kubernetes', effect: 'destroy' as const };

const call = (over: Partial<Facts>): Facts => ({ principal: writer, tool: query, question: 'call', ...over });

test('a read needs the scope read', () => {
  expect(decide(call({ principal: reader })).outcome).toBe('allow');
  expect(decide(call({ principal: { ...reader, scopes: ['write'] } }))).toMatchObject({
    outcome: 'deny',
    reasons: [{ rule: 'scope-read' }],
  });
});

test("one system's scope covers that system and no other", () => {
  const principal = { ...reader, scopes: ['kubernetes:write'] };
  expect(decide(call({ principal, tool: scale })).outcome).toBe('allow');
  expect(decide(call({ principal, tool: silence })).outcome).toBe('deny');
});

test('the list hides exactly what the call denies', () => {
  for (const principal of [reader, writer]) {
    for (const tool of [query, scale, silence, drain]) {
      const listed = decide({ principal, tool, question: 'list' }).outcome;
      const called = decide({ principal, tool, question: 'call' }).outcome;
      expect(listed === 'deny').toBe(called === 'deny');
    }
  }
});

test('a tool declared so, a destroy, and a write in a protected environment wait for a person', () => {
  expect(decide(call({ tool: silence })).outcome).toBe('approve');
  expect(decide(call({ tool: drain })).outcome).toBe('approve');
  expect(decide(call({ tool: scale, resource: { environment: 'Prod-eu' } })).outcome).toBe('approve');
  expect(decide(call({ tool: scale, resource: { environment: 'staging' } })).outcome).toBe('allow');
});

test('a read in a protected environment needs nobody', () => {
  expect(decide(call({ resource: { environment: 'prod' } })).outcome).toBe('allow');
});

test('an undo covered by the approval of its original passes, but never without the scope', () => {
  expect(decide(call({ tool: silence, coveredByApproval: true })).outcome).toBe('allow');
  expect(decide(call({ principal: reader, tool: silence, coveredByApproval: true })).outcome).toBe('deny');
});

test('an evaluation error denies', () => {
  const broken = { ...writer, scopes: undefined as unknown as string[] };
  expect(decide(call({ principal: broken }))).toMatchObject({
    outcome: 'deny',
    reasons: [{ rule: 'evaluation-error' }],
  });
});

test.each([
  ['live-*', 'live-eu', true],
  ['*-prod', 'eu-prod', true],
  ['a*b*c', 'a-x-b-y-c', true],
  ['a*b*c', 'a-c-b', false],
  ['prod', 'production', false],
])('glob %s on %s: %s', (glob, environment, protects) => {
  const outcome = decide(call({ tool: scale, resource: { environment } }), { protectedEnvironments: [glob] }).outcome;
  expect(outcome).toBe(protects ? 'approve' : 'allow');
});
