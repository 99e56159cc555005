import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { absentOptionals, namedRegistries, type Lockfile } from './absent.ts';

const lockfile = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as Lockfile;
const faults = [...absentOptionals(lockfile), ...namedRegistries(lockfile)];

for (const fault of faults) console.error(`package-lock.json: ${fault}.`);
if (faults.length > 0) process.exitCode = 1;
