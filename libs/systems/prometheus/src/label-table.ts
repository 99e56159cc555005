/** Labels of several series as a table: what all share is said once, what differs becomes columns. */
export interface LabelTable {
  common: Record<string, string>;
  columns: string[];
  cells: (string | null)[][];
}

export function labelTable(series: readonly Record<string, string>[]): LabelTable {
  const names = [...new Set(series.flatMap((labels) => Object.keys(labels)))].sort(nameFirst);
  const first = series[0] ?? {};
  const isCommon = (name: string) => series.length > 1 && series.every((labels) => labels[name] === first[name]);
  const columns = names.filter((name) => !isCommon(name));
  const common = Object.fromEntries(names.filter(isCommon).map((name) => [name, first[name] ?? '']));
  return { common, columns, cells: series.map((labels) => columns.map((name) => labels[name] ?? null)) };
}

// The metric's name leads, the other labels follow the alphabet.
function nameFirst(a: string, b: string): number {
  if (a === '__name__') return -1;
  return b === '__name__' ? 1 : a.localeCompare(b);
}

/** What a person would narrow by: the labels with the most values. */
export function narrowingHint(series: readonly Record<string, string>[]): string {
  const labels = labelCardinality(series)
    .slice(0, 5)
    .map(({ label, values }) => `${label} (${String(values)})`);
  return `Narrow or aggregate; labels by number of values: ${labels.join(', ') || 'none'}.`;
}

/** How many values each label has, most first. */
export function labelCardinality(series: readonly Record<string, string>[]): { label: string; values: number }[] {
  const values = new Map<string, Set<string>>();
  for (const labels of series) {
    for (const [name, value] of Object.entries(labels)) {
      const seen = values.get(name) ?? new Set();
      values.set(name, seen.add(value));
    }
  }
  return [...values].map(([label, seen]) => ({ label, values: seen.size })).sort((a, b) => b.values - a.values);
}

/** `{service="checkout", zone="a"}` */
export function labelText(labels: Record<string, string>): string {
  const { __name__: name = '', ...rest } = labels;
  const inner = Object.entries(rest)
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ');
  return inner === '' ? name || '{}' : `${name}{${inner}}`;
}

/** A sample's value: a number where JSON has one, else Prometheus' own word (`NaN`, `+Inf`). */
export function sampleValue(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** A value to be read: six digits say enough, and nothing is `-`. */
export function short(value: number | string | null): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : (value ?? '-');
}
