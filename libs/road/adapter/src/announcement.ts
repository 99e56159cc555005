import { newId, type Announcement } from '@devmesh/contracts';
import type { SystemKey } from '@devmesh/vault';
import { z } from 'zod';
import type { Adapter, OpenConnection } from './define-adapter.ts';
import { describeTool } from './describe-tool.ts';

/** What is true of one process that serves an adapter. */
export interface AnnouncementFacts {
  /** Only its public half is announced. */
  systemKey: Pick<SystemKey, 'publicJwk'>;
  /** Slug of the organisation that owns the environment's connections. */
  organizationSlug: string;
  appVersion: string;
}

/** What the adapter says of itself; no secret in it. */
export function announcementOf<Clients extends object>(
  adapter: Adapter<Clients>,
  environment: readonly OpenConnection[],
  { systemKey, organizationSlug, appVersion }: AnnouncementFacts,
): Announcement {
  return {
    system: adapter.name,
    title: adapter.title,
    appVersion,
    instance: newId('inst'),
    publicJwk: systemKey.publicJwk,
    settingsSchema: z.toJSONSchema(adapter.settings, { io: 'input', unrepresentable: 'any' }),
    credentialSchema: z.toJSONSchema(adapter.credential, { io: 'input', unrepresentable: 'any' }),
    environmentConnections: environment.map(({ name, environment: stage, endpoint, settings }) => ({
      organization: organizationSlug,
      name,
      environment: stage,
      ...(endpoint !== undefined && { endpoint: withoutLogin(endpoint) }),
      settings,
    })),
    tools: adapter.tools.map((tool) => describeTool(tool, adapter.name, true)),
  };
}

function withoutLogin(endpoint: string): string {
  const url = new URL(endpoint);
  url.username = '';
  url.password = '';
  return url.href;
}
