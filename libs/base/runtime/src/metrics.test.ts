import { expect, test } from '@jest/globals';
import { createMetrics } from './metrics.ts';

test('gives the same metric for the same name, and nothing to another registry', async () => {
  const metrics = createMetrics({ service: 'a' });
  const options = { name: 'x_total', help: 'x', labels: ['kind'] };
  metrics.counter(options).inc({ kind: 'k' });
  metrics.counter(options).inc({ kind: 'k' }, 2);
  expect(await metrics.text()).toContain('x_total{kind="k",service="a"} 3');
  expect(await createMetrics({ service: 'b' }).text()).not.toContain('x_total');
});

test('observes histograms and sets gauges when it is read', async () => {
  const metrics = createMetrics({ service: 'a' });
  metrics.histogram({ name: 'h_seconds', help: 'h', buckets: [1, 2] }).observe({}, 1.5);
  const gauge = metrics.gauge({ name: 'depth', help: 'd' });
  metrics.onCollect(() => {
    gauge.set({}, 7);
  });
  metrics.onCollect(() => Promise.reject(new Error('away')));
  const text = await metrics.text();
  expect(text).toContain('h_seconds_bucket{le="2",service="a"} 1');
  expect(text).toContain('depth{service="a"} 7');
});
