import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string | number>>;
export interface MetricOptions {
  name: string;
  help: string;
  labels?: readonly string[];
}
export interface HistogramOptions extends MetricOptions {
  /** Upper bounds in the metric's own unit. */
  buckets?: readonly number[];
}
export interface CounterMetric {
  inc(labels?: Labels, by?: number): void;
}
export interface GaugeMetric {
  set(labels: Labels, value: number): void;
  inc(labels?: Labels, by?: number): void;
  dec(labels?: Labels, by?: number): void;
}
export interface HistogramMetric {
  observe(labels: Labels, value: number): void;
}

/** The metrics of one process. Asking for the same name twice gives the same metric. */
export interface Metrics {
  counter(options: MetricOptions): CounterMetric;
  gauge(options: MetricOptions): GaugeMetric;
  histogram(options: HistogramOptions): HistogramMetric;
  /** Runs before each reading: the place to set gauges that are cheap to ask for and dear to keep. */
  onCollect(fn: () => void | Promise<void>): void;
  /** Prometheus' text format. */
  text(): Promise<string>;
  contentType: string;
}

/** Seconds, from a cache hit to a slow vendor. */
export const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/** `defaults` adds event loop, memory and garbage collection; leave it out where several share one process. */
export function createMetrics({ service, defaults = false }: { service: string; defaults?: boolean }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (defaults) collectDefaultMetrics({ register: registry });
  const known = new Map<string, CounterMetric | GaugeMetric | HistogramMetric>();
  const collectors: (() => void | Promise<void>)[] = [];

  function once<T extends CounterMetric | GaugeMetric | HistogramMetric>(kind: string, name: string, make: () => T): T {
    const id = `${kind}:${name}`;
    const metric = (known.get(id) as T | undefined) ?? make();
    known.set(id, metric);
    return metric;
  }

  return {
    counter: (options) => once('counter', options.name, () => counterIn(registry, options)),
    gauge: (options) => once('gauge', options.name, () => gaugeIn(registry, options)),
    histogram: (options) => once('histogram', options.name, () => histogramIn(registry, options)),
    onCollect: (fn) => void collectors.push(fn),
    async text() {
      // One source that is away must not hide all the others.
      await Promise.allSettled(collectors.map(async (collect) => collect()));
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

function settings(registry: Registry, { name, help, labels = [] }: MetricOptions) {
  return { name, help, labelNames: [...labels], registers: [registry] };
}

function counterIn(registry: Registry, options: MetricOptions): CounterMetric {
  const counter = new Counter(settings(registry, options));
  return {
    inc: (labels = {}, by = 1) => {
      counter.inc(labels, by);
    },
  };
}

function gaugeIn(registry: Registry, options: MetricOptions): GaugeMetric {
  const gauge = new Gauge(settings(registry, options));
  return {
    set: (labels, value) => {
      gauge.set(labels, value);
    },
    inc: (labels = {}, by = 1) => {
      gauge.inc(labels, by);
    },
    dec: (labels = {}, by = 1) => {
      gauge.dec(labels, by);
    },
  };
}

function histogramIn(registry: Registry, options: HistogramOptions): HistogramMetric {
  const histogram = new Histogram({
    ...settings(registry, options),
    buckets: [...(options.buckets ?? DURATION_BUCKETS)],
  });
  return {
    observe: (labels, value) => {
      histogram.observe(labels, value);
    },
  };
}
