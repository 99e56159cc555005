import { startAdapter } from '@devmesh/adapter';
import { prometheus } from '@devmesh/prometheus';

await startAdapter(prometheus);
