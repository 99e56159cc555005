export interface TracingOptions {
  enabled: boolean;
  service: string;
  /** Base address of an OTLP collector over HTTP (`http://collector:4318`); spans go to `<endpoint>/v1/traces`. */
  endpoint?: string | undefined;
}

/**
 * Switches real spans on. The SDK is dozens of modules: it is loaded only here and only when it is wanted, so that being
 * off costs neither start-up nor memory.
 */
export async function startTracing({
  enabled,
  service,
  endpoint = 'http://localhost:4318',
}: TracingOptions): Promise<{ stop(): Promise<void> }> {
  if (!enabled) return { stop: () => Promise.resolve() };
  const [{ NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const sdk = new NodeSDK({
    serviceName: service,
    traceExporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }),
    // Metrics and logs have their own road; without these two the SDK would look for exporters of its own.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
    // What is found by itself includes the command line, and a command line can hold a secret.
    autoDetectResources: false,
  });
  sdk.start();
  return { stop: () => sdk.shutdown() };
}
