import { cpus, loadavg } from 'node:os';
import { benchDoors } from './bench-doors.ts';
import { benchMemory } from './bench-memory.ts';
import { benchStart } from './bench-start.ts';
import type { Row, Say } from './compare.ts';

/** `npm run bench [-- start|doors|memory]`: ratios against baselines of the same run. */
const SECTIONS: Readonly<Record<string, (say: Say) => Promise<void>>> = {
  start: benchStart,
  doors: benchDoors,
  memory: benchMemory,
};

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(SECTIONS);

function print({ what, ratio, detail }: Row): void {
  console.log(`${what.padEnd(44)} ${Number.isNaN(ratio) ? '     ' : `${ratio.toFixed(2)}x`}  ${detail}`);
}

console.log(
  `${String(cpus().length)} cores, load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}, Node ${process.version}`,
);
for (const name of names) {
  const section = SECTIONS[name];
  if (!section) throw new Error(`there is no section ${name}: ${Object.keys(SECTIONS).join(', ')}`);
  await section(print);
}
console.log(
  `load at the end ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}`,
);
