import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { openWorld, type World } from './road.fixtures.ts';

let store: Store;
let world: World;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(async () => void (world = await openWorld({ db: store.db, concurrency: 50 })));
afterEach(() => world.close());
afterAll(() => store.close());

const gone = new AppError('unavailable', 'The lamp shop is closed.');

test('a write has its row and its audit line before anything is dispatched, and both say how it ended', async () => {
  const running = world.call('lamp.turn_slowly', { name: 'a' });
  await world.lamps.gate.entered.promise;
  expect(await world.rows()).toMatchObject([{ state: 'dispatched', tool: 'lamp.turn_slowly' }]);
  expect(await world.audit()).toMatchObject([{ action: 'call.requested', outcome: 'pending' }]);
  world.lamps.gate.open.resolve(undefined);
  const { reply } = await running;
  expect(reply).toMatchObject({ success: true, status: 'succeeded', data: { name: 'a', on: true } });
  expect(await world.row(reply.call_id)).toMatchObject({ state: 'succeeded', input_sealed: null, lease_until: null });
  expect((await world.audit(reply.call_id)).map(({ action, outcome }) => [action, outcome])).toEqual([
    ['call.requested', 'pending'],
    ['call.finished', 'ok'],
  ]);
});

test('what a person or an agent may do next stands in the text too', async () => {
  const { reply, text } = await world.call('lamp.turn', { name: 'a' });
  expect(text).toContain(`undo_call with call_id "${reply.call_id}"`);
});

test('a repeat with the same key gets the very answer of the first, and nothing is done twice', async () => {
  const first = await world.call('lamp.turn', { name: 'a\u0000b \\u0000' }, { idempotencyKey: 'k1' });
  const second = await world.call('lamp.turn', { name: 'a\u0000b \\u0000' }, { idempotencyKey: 'k1' });
  expect(first.reply.success).toBe(true);
  expect(second).toEqual(first);
  expect(world.lamps.log).toHaveLength(1);
});

test('the same key with other input is refused with 422 and the id of the first call', async () => {
  const { reply } = await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' });
  await expect(world.call('lamp.turn', { name: 'b' }, { idempotencyKey: 'k1' })).rejects.toMatchObject({
    code: 'conflict',
    httpStatus: 422,
    details: { call_id: reply.call_id },
  });
});

test("a key belongs to one principal and one tool: another's call with it is a call of its own", async () => {
  await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' });
  await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' }, world.principalOf({ id: 'key:other' }));
  expect(world.lamps.of('a').switches).toBe(2);
});

test('a duplicate that comes while the first is preparing waits for it and gets its answer', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' })),
  );
  expect(world.lamps.of('a').switches).toBe(1);
  expect(new Set(answers.map(({ reply }) => reply.call_id)).size).toBe(1);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test('a duplicate whose own look fails because the first has just done it gets the answer of the first', async () => {
  world.lamps.lateLook = 2;
  world.lamps.gate.open.resolve(undefined);
  const [first, second] = await Promise.all(
    [1, 2].map(() => world.call('lamp.turn_slowly', { name: 'a' }, { idempotencyKey: 'k1' })),
  );
  expect(world.lamps.looks).toBe(2);
  expect(second).toEqual(first);
  expect(world.lamps.of('a').switches).toBe(1);
});

test('a duplicate of a call that outlives its time is told so, with the id to wait for', async () => {
  const first = world.call('lamp.turn_slowly', { name: 'a' }, { idempotencyKey: 'k1' });
  await world.lamps.gate.entered.promise;
  await expect(
    world.call('lamp.turn_slowly', { name: 'a' }, { idempotencyKey: 'k1', timeoutMs: 1 }),
  ).rejects.toMatchObject({
    code: 'conflict',
    httpStatus: 409,
    retryable: true,
    details: { call_id: expect.any(String) },
  });
  world.lamps.gate.open.resolve(undefined);
  await first;
});

test('a call that was turned away leaves its key free for another try', async () => {
  world.lamps.lookFails = gone;
  const refused = await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' });
  expect(refused.reply).toMatchObject({ success: false, status: 'failed', error: { code: 'unavailable' } });
  world.lamps.lookFails = undefined;
  expect((await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' })).reply.success).toBe(true);
});

test('a key is forgotten after a day, the call is not', async () => {
  await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' });
  world.advance(24 * 3_600_000 + 1);
  await world.sweep.forgetKeys();
  await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' });
  expect(world.lamps.of('a').switches).toBe(2);
  expect(await world.rows()).toHaveLength(2);
});

test.each([[''], ['k'.repeat(256)], ['tab\there']])('a key that is none is refused, not stored: %j', async (key) => {
  const { reply } = await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: key });
  expect(reply).toMatchObject({ success: false, error: { code: 'invalid_input' } });
  expect(world.lamps.log).toHaveLength(0);
});

test('a read with a key is kept like a write, and answered from the row', async () => {
  const first = await world.call('lamp.get', { name: 'a' }, { idempotencyKey: 'k1' });
  world.lamps.switch('a', true, 'somebody');
  expect(await world.call('lamp.get', { name: 'a' }, { idempotencyKey: 'k1' })).toEqual(first);
});

test('nobody listening: nothing was done, and the answer says so', async () => {
  await world.serving.stop();
  const { reply } = await world.call('lamp.turn', { name: 'a' });
  expect(reply).toMatchObject({
    status: 'failed',
    error: { code: 'unavailable', message: 'The lamp adapter does not answer; nothing was done.', retryable: true },
  });
});

test('an adapter that is gone between the look and the run: nothing was done either', async () => {
  const look = world.lamps.of('a');
  const { turn } = await dieAfterLook();
  expect(turn.reply).toMatchObject({ status: 'failed', error: { code: 'unavailable' } });
  expect(look.switches).toBe(0);
});

async function dieAfterLook() {
  const { ledger } = world;
  const begin = ledger.begin;
  ledger.begin = async (call) => {
    const begun = await begin(call);
    await world.serving.stop();
    return begun;
  };
  return { turn: await world.call('lamp.turn', { name: 'a' }) };
}

test('a write whose answer was lost is outcome_unknown, names its verifying read, and is not run again', async () => {
  world.lamps.loseAnswers = true;
  const { reply, text } = await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' });
  expect(reply).toMatchObject({ success: false, status: 'outcome_unknown', error: { retryable: false } });
  expect(text).toContain('lamp.log');
  const again = await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' });
  expect(again).toEqual({ reply, text });
  expect(world.lamps.of('a').switches).toBe(1);
});

test('a write cancelled before it was sent is cancelled, one cancelled while it runs is outcome_unknown', async () => {
  const early = new AbortController();
  early.abort();
  const first = await world.call('lamp.turn', { name: 'a' }, { signal: early.signal });
  expect(first.reply.status).toBe('cancelled');
  const late = new AbortController();
  const second = world.call('lamp.turn_slowly', { name: 'a' }, { signal: late.signal });
  await world.lamps.gate.entered.promise;
  late.abort();
  expect((await second).reply).toMatchObject({ status: 'outcome_unknown' });
});

test('an outcome that cannot be written is told all the same, and left for the sweep', async () => {
  world.ledger.finish = () => Promise.reject(new AppError('unavailable', 'The database is away.'));
  const { reply } = await world.call('lamp.turn', { name: 'a' });
  expect(reply).toMatchObject({ success: true, status: 'succeeded' });
  expect(await world.row(reply.call_id)).toMatchObject({ state: 'dispatched' });
  world.advance(60_000);
  await world.sweep.settleLost();
  expect(await world.row(reply.call_id)).toMatchObject({ state: 'outcome_unknown' });
});

test('a denied call leaves a line with the rule', async () => {
  const reader = world.principalOf({ scopes: ['read', 'lamp:write'] });
  const { reply } = await world.call('lamp.turn', { name: 'a' }, {}, { ...reader, scopes: ['lamp:write', 'read'] });
  expect(reply.success).toBe(true);
  await expect(
    world.call('lamp.turn', { name: 'a' }, {}, world.principalOf({ scopes: ['read'] })),
  ).rejects.toMatchObject({
    code: 'not_found',
  });
  expect((await world.audit()).at(-1)).toMatchObject({ action: 'call.denied', outcome: 'denied', rule: 'scope-write' });
});

test('secrets in the input are in no row and no audit line', async () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  await world.call('lamp.turn', { name: secret });
  expect(JSON.stringify(await world.rows())).not.toContain(secret);
  expect(JSON.stringify(await world.audit())).not.toContain(secret);
});

test('lines written on the way carry the call id', async () => {
  world.ledger.finish = () => Promise.reject(new Error('away'));
  const { reply } = await world.call('lamp.turn', { name: 'a' });
  expect(world.logged).toContainEqual({
    message: 'the outcome of a call could not be written',
    fields: expect.objectContaining({ call_id: reply.call_id }),
  });
});
