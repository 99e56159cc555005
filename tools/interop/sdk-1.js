// `node sdk-1.js sdk-1.10|sdk-1.32 <url> | -- <command>`: the client of @modelcontextprotocol/sdk 1.x.
import { report, targetOf } from './target.js';
import { walk } from './walk.js';

const [alias, ...where] = process.argv.slice(2);
const [{ Client }, { StreamableHTTPClientTransport }, { StdioClientTransport }] = await Promise.all(
  ['index', 'streamableHttp', 'stdio'].map((part) => import(`${alias}/client/${part}.js`)),
);

await report(async () => {
  const { url, headers, stdio } = targetOf(where);
  const transport = stdio
    ? new StdioClientTransport(stdio)
    : new StreamableHTTPClientTransport(url, { requestInit: { headers } });
  const client = new Client({ name: alias, version: '1' }, { capabilities: {} });
  try {
    return await walk({
      async connect() {
        await client.connect(transport);
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
