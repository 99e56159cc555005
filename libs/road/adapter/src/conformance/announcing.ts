import { describe, expect, test } from '@jest/globals';
import { Announcement, publishedName } from '@devmesh/contracts';
import { generateSystemKey } from '@devmesh/vault';
import { announcementOf } from '../announcement.ts';
import type { Adapter } from '../define-adapter.ts';
import type { AdapterSuite } from './suite.ts';

export function describeAnnouncement<Clients extends object>(adapter: Adapter<Clients>, suite: AdapterSuite<Clients>) {
  describe('announcement', () => {
    const announced = async () => {
      const environment = adapter.environmentConnections(suite.environment.config);
      const facts = { systemKey: await generateSystemKey(), organizationSlug: 'acme', appVersion: '1.0.0' };
      return { facts, environment, announcement: announcementOf(adapter, environment, facts) };
    };

    test('is one that doors understand', async () => {
      const { announcement } = await announced();
      expect(Announcement.parse(JSON.parse(JSON.stringify(announcement)))).toMatchObject({ system: adapter.name });
    });

    test('gives away no secret of its environment, nor its private key', async () => {
      const { announcement, environment, facts } = await announced();
      expect(environment).not.toHaveLength(0);
      const json = JSON.stringify(announcement);
      for (const secret of [...suite.environment.secrets, String(facts.systemKey.privateJwk['d'])])
        expect(json).not.toContain(secret);
    });

    test('takes the connection that a person enters', () => {
      expect(adapter.settings.safeParse(suite.connection.settings).error).toBeUndefined();
      expect(adapter.credential.safeParse(suite.connection.credential).error).toBeUndefined();
    });

    test('names every tool once, also as published', () => {
      const names = adapter.tools.map(({ name }) => publishedName(name));
      expect(names).toEqual([...new Set(names)]);
    });
  });
}
