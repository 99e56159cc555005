import { join } from 'node:path';
import type { Adapter } from '@devmesh/adapter';
import { z } from 'zod';

// What no other project needs is not exported by its own, and need not be for a page: it is read from its file.

/** Every system that `devmesh start` serves: a new one is documented without a line here. */
export async function systemsServed(): Promise<readonly Adapter[]> {
  const { SYSTEMS } = await moduleAt('apps/devmesh/src/start/systems.ts');
  if (Array.isArray(SYSTEMS)) return SYSTEMS as Adapter[];
  throw new Error('apps/devmesh/src/start/systems.ts exports no list SYSTEMS: tell tools/docs/systems-served.ts');
}

/** A process's own settings. */
export async function schemaIn(file: string, name: string): Promise<z.ZodObject> {
  const found = (await moduleAt(file))[name];
  if (found instanceof z.ZodObject) return found;
  throw new Error(`${file} exports no zod object ${name}: tell tools/docs/configuration.gen.ts where it is now`);
}

async function moduleAt(file: string): Promise<Record<string, unknown>> {
  return (await import(join(import.meta.dirname, '../..', file))) as Record<string, unknown>;
}
