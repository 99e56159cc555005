import { runStart } from './start/run-start.ts';
await runStart();
