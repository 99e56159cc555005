import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestGateway, testTool } from './test-gateway.ts';
import { connect, type Era, type TestClient } from './test-client.ts';
import { KEY_OF_B, openWorld, type World } from './test-world.ts';

describe.each<Era>(['legacy', 'modern'])('resources for a %s client', (era) => {
  let world: World;
  let connected: TestClient;
  beforeAll(async () => {
    world = await openWorld();
    connected = await connect(world, era);
  });
  afterAll(async () => {
    await connected.close();
    await world.close();
  });

  test('status and contexts are listed in pages', async () => {
    const first = await connected.client.request({ method: 'resources/list' });
    expect(first.resources.map(({ uri }) => uri)).toEqual([
      'devmesh://status',
      'devmesh://contexts/conv-1',
      'devmesh://contexts/conv%202%2F%C3%BC',
    ]);
    const second = await connected.client.request({ method: 'resources/list', params: { cursor: first.nextCursor } });
    expect([second.resources.length, second.nextCursor]).toEqual([1, undefined]);
  });

  test('a context is read as JSON, by the id that the client chose for it', async () => {
    const { contents } = await connected.client.readResource({ uri: 'devmesh://contexts/conv%202%2F%C3%BC' });
    expect(contents).toMatchObject([
      { mimeType: 'application/json', text: expect.stringContaining('"id":"conv 2/ü"') },
    ]);
  });

  test('what is not there is not found, with its address', async () => {
    for (const uri of [
      'devmesh://nothing/1',
      'devmesh://contexts/',
      'file:///etc/passwd',
      'devmesh://constructor/1',
      'devmesh://contexts/%',
    ]) {
      await expect(connected.client.readResource({ uri })).rejects.toMatchObject({ code: -32602, data: { uri } });
    }
  });

  test("another organisation's context is not found", async () => {
    const other = await connect(world, era, { key: KEY_OF_B });
    await expect(other.client.readResource({ uri: 'devmesh://contexts/conv-1' })).rejects.toMatchObject({
      message: expect.stringContaining('devmesh://contexts/conv-1'),
    });
    await other.close();
  });
});

test('whoever may not see the tool that gives the same sees no such resource', async () => {
  const world = await openWorld({
    road: createTestGateway([testTool('wait_for_call', () => Promise.resolve({ echo: '' }))]),
  });
  const { client, close } = await connect(world, 'modern');
  expect((await client.listResources()).resources).toEqual([]);
  expect((await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
    'devmesh://calls/{id}',
  ]);
  await expect(client.readResource({ uri: 'devmesh://contexts/conv-1' })).rejects.toMatchObject({ code: -32602 });
  await close();
  await world.close();
});
