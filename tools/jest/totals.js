import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Runs on the machine's own Node, also when `npm ci` has failed: nothing but built-in modules here.
const folder = process.argv[2] ?? '';
const runs = (existsSync(folder) ? readdirSync(folder) : []).map((file) =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')),
);
const sum = (key) => runs.reduce((total, run) => total + run[key], 0);

if (sum('skipped') > 0) console.log(`${sum('skipped')} skipped`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
// No test at all is no success.
if (sum('passed') === 0 || sum('failed') > 0) process.exitCode = 1;
