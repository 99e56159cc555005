import type { Road } from '@devmesh/assembly';
import type { Door } from '@devmesh/http';

export function mountMcp(_door: Door, _road: Road, _options: { publicUrl: string; host: string }): () => Promise<void> {
  return async () => {};
}
