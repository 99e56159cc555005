import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const FOUND_WITHIN_MS = 20_000;
const AGAIN_MS = 100;

/**
 * What every client does, whatever its library: look around, call, fail in two ways, keep something and find it again.
 * `client` has `connect list call resources templates read` and answers what the wire said; `call` throws for a protocol error.
 * The result holds nothing that differs between two clients for another reason than their libraries.
 */
export async function walk(client) {
  const server = await client.connect();
  const tools = await client.list();
  return {
    server,
    tools: tools.map(({ name }) => name).sort(),
    status: essenceOf(await client.call('status', {})),
    badArgument: essenceOf(await client.call('memory_search', { query: 'x', limit: 'many' })),
    unknownTool: await failureOf(client.call('memory_serch', { query: 'x' })),
    memory: await keepAndFind(client),
    resources: await lookAtResources(client),
  };
}

function essenceOf({ isError = false, structuredContent, content }) {
  const { status, summary, error } = structuredContent ?? {};
  return {
    isError,
    status,
    ...(error !== undefined && { code: error.code, suggestion: error.suggestion }),
    // Every client that knows no structured content has the same in words.
    saidInText: content?.[0]?.type === 'text' && content[0].text.includes(error?.message ?? summary),
  };
}

async function failureOf(answer) {
  try {
    return { answered: await answer };
  } catch (error) {
    // SDK 1.x puts the code in front of the server's sentence.
    return { code: error.code, message: error.message.replace(/^MCP error -?\d+: /, '') };
  }
}

async function keepAndFind(client) {
  const word = `interop${randomUUID().replaceAll('-', '')}`;
  const created = await client.call('contexts_create', { content: `The word of this run is ${word}.` });
  const { id } = created.structuredContent.data;
  const endsAt = performance.now() + FOUND_WITHIN_MS;
  for (;;) {
    const { results } = (await client.call('memory_search', { query: word })).structuredContent.data;
    const read = await readOf(client, `devmesh://contexts/${id}`);
    if (results.length > 0)
      return { created: true, found: results.map((hit) => hit.context_id === id), read: read.includes(word) };
    if (performance.now() > endsAt) return { created: true, found: 'nothing' };
    await delay(AGAIN_MS);
  }
}

async function lookAtResources(client) {
  const uris = (await client.resources()).map(({ uri }) => uri);
  return {
    status: uris.includes('devmesh://status') && JSON.parse(await readOf(client, 'devmesh://status')).status,
    someContexts: uris.some((uri) => uri.startsWith('devmesh://contexts/')),
    templates: (await client.templates()).map(({ uriTemplate }) => uriTemplate).sort(),
  };
}

async function readOf(client, uri) {
  return (await client.read(uri))[0].text;
}
