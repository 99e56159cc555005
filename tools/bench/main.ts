import { cpus, loadavg } from 'node:os';
import { benchDoors } from './bench-doors.ts';
import { benchStart } from './bench-start.ts';
import type { Row } from './compare.ts';

/** `npm run bench [-- doors|start]`: ratios against baselines of the same run. */
const SECTIONS: Readonly<Record<string, () => Promise<Row[]>>> = { start: benchStart, doors: benchDoors };

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(SECTIONS);

console.log(`${String(cpus().length)} cores, load ${loadavg().map((value) => value.toFixed(2)).join(' ')}, Node ${process.version}`);
for (const name of names) {
  const section = SECTIONS[name];
  if (!section) throw new Error(`there is no section ${name}: ${Object.keys(SECTIONS).join(', ')}`);
  for (const { what, ratio, detail } of await section()) {
    console.log(`${what.padEnd(44)} ${Number.isNaN(ratio) ? '     ' : `${ratio.toFixed(2)}x`}  ${detail}`);
  }
}
console.log(`load at the end ${loadavg().map((value) => value.toFixed(2)).join(' ')}`);
