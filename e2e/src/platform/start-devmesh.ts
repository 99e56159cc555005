import { runStart } from '../../../apps/devmesh/src/start/run-start.ts';

await runStart();
