/** Shorter ones are ordinary words too often: taking them out would tear up answers. */
const MIN_LENGTH = 8;

/** The texts of a credential that must never come back in a reply. */
export function secretsIn(credential: unknown): string[] {
  if (typeof credential === 'string') return credential.length >= MIN_LENGTH ? [credential] : [];
  if (typeof credential !== 'object' || credential === null) return [];
  return Object.values(credential).flatMap(secretsIn);
}
