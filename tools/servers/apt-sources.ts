/**
 * The first Debian archive named in the texts of a machine's apt sources, one-line or deb822 form, as apt wants it
 * written in a source of ours. Other archives (security, vendors, Ubuntu) do not hold what we need.
 */
export function debianMirror(sources: readonly string[]): string | undefined {
  return sources
    .flatMap((text) => text.split('\n'))
    .flatMap(uris)
    .map((uri) => uri.replace(/\/+$/, ''))
    .find((uri) => /\/debian(\.list|\/\d{8}T\d{6}Z)?$/.test(uri));
}

function uris(line: string): string[] {
  const oneLine = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+\S+/.exec(line);
  if (oneLine?.[1]) return [oneLine[1]];
  return /^URIs:(.*)$/i.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
}
