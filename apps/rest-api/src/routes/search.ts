import type { Road } from '@devmesh/assembly';
import { defineRoute, reply, type Route } from '@devmesh/http';
import { Search } from '@devmesh/memory';
import { SearchForm } from '../search-form.ts';

/** Search over everything that an organisation remembers. */
export function searchRoutes({ memory }: Pick<Road, 'memory'>): Route[] {
  return [
    defineRoute({
      name: 'search',
      method: 'POST',
      path: '/api/v1/search',
      summary: 'Search contexts',
      description: 'Every answer says which kind of search it was (`mode`). `similarity` means the same on every hit.',
      tag: 'search',
      access: 'key',
      scope: 'memory:read',
      body: Search,
      responses: { 200: SearchForm },
      handler: async ({ principal, body }) => reply(await memory.search(principal, body)),
    }),
  ];
}
