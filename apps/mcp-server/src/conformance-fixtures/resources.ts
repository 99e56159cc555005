import { ResourceTemplate, type McpServer } from '@modelcontextprotocol/server';
import { PNG } from './media.ts';

export function addResources(server: McpServer): void {
  addText(server, 'static-text', 'This is the content of the static text resource.');
  addText(server, 'watched-resource', 'Watched resource content');
  const binary = { uri: 'test://static-binary', mimeType: 'image/png', blob: PNG };
  server.registerResource('static-binary', binary.uri, { description: 'An image', mimeType: 'image/png' }, () => ({
    contents: [binary],
  }));
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource(
    'template',
    template,
    { description: 'A resource with a parameter', mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.toString(),
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}

function addText(server: McpServer, name: string, text: string): void {
  const content = { uri: `test://${name}`, mimeType: 'text/plain', text };
  server.registerResource(name, content.uri, { description: 'A text', mimeType: 'text/plain' }, () => ({
    contents: [content],
  }));
}
