import { readFileSync } from 'node:fs';

/** The version of this package; the file lies at the same place beside `src` and `dist`. */
export function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
