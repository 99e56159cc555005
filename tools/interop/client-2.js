// `node client-2.js legacy|modern|auto <url> | -- <command>`: the repository's own @modelcontextprotocol/client.
import { createRequire } from 'node:module';
import { report, targetOf } from './target.js';
import { walk } from './walk.js';

// From the root, whatever version another client here brings along.
const root = createRequire(new URL('../../package.json', import.meta.url));
const { Client, StreamableHTTPClientTransport } = root('@modelcontextprotocol/client');
const { StdioClientTransport } = root('@modelcontextprotocol/client/stdio');

const [era, ...where] = process.argv.slice(2);
const MODERN = '2026-07-28';
const mode = era === 'modern' ? { pin: MODERN } : era;

await report(async () => {
  const { url, headers, stdio } = targetOf(where);
  const transport = stdio
    ? new StdioClientTransport(stdio)
    : new StreamableHTTPClientTransport(url, { requestInit: { headers } });
  const client = new Client({ name: 'client-2', version: '1' }, { versionNegotiation: { mode } });
  try {
    return await walk({
      async connect() {
        await client.connect(transport);
        const isModern = client.getNegotiatedProtocolVersion() === MODERN;
        if (isModern !== (era !== 'legacy'))
          throw new Error(`${era}, but ${client.getNegotiatedProtocolVersion()} was agreed on`);
        return client.getServerVersion().name;
      },
      list: async () => (await client.listTools()).tools,
      call: (name, args) => client.callTool({ name, arguments: args }),
      resources: async () => (await client.listResources()).resources,
      templates: async () => (await client.listResourceTemplates()).resourceTemplates,
      read: async (uri) => (await client.readResource({ uri })).contents,
    });
  } finally {
    await client.close();
  }
});
