import { expectedVersion, versionConflict } from '@devmesh/http';

/**
 * The version that `If-Match` asks for. Undefined where it asks for none.
 * @throws conflict for a tag that is none of ours, which no version can be.
 */
export function ifMatch(header: string | undefined): number | undefined {
  const version = expectedVersion(header);
  if (version === undefined) return undefined;
  if (!/^\d{1,15}$/.test(version)) throw versionConflict();
  return Number(version);
}
