import type { AddressInfo } from 'node:net';
import express from 'express';
import { sayReady } from './child.ts';

// The baseline: Express with its JSON parser and one echo route.
const app = express();
app.use(express.json());
app.post('/echo', (request, response) => {
  const { parameters } = request.body as { parameters: { text: string } };
  response.json({ success: true, data: parameters });
});
const server = app.listen(0, '127.0.0.1', () =>
  sayReady({
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/echo`,
    readyMs: performance.now(),
  }),
);
process.once('SIGTERM', () => process.exit(0));
