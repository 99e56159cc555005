export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { ConfigError, EXIT_CONFIG } from './config-error.ts';
export type { ConfigFault } from './config-error.ts';
export { configHints, loadConfig } from './config.ts';
export type { ConfigSource } from './config.ts';
export { createHealth } from './health.ts';
export type { DependencyState, Health, HealthCheck, HealthReport } from './health.ts';
export { startInternalServer } from './internal-server.ts';
export type { InternalServerOptions } from './internal-server.ts';
export { createLifecycle } from './lifecycle.ts';
export type { Lifecycle } from './lifecycle.ts';
export { currentLogContext, withLogContext } from './log-context.ts';
export type { LogFields } from './log-context.ts';
export { createLogger, LOG_LEVELS, silentLogger } from './logger.ts';
export type { Logger, LoggerOptions, LogLevel, ProcessLogger } from './logger.ts';
export { createMetrics, DURATION_BUCKETS } from './metrics.ts';
export type {
  CounterMetric,
  GaugeMetric,
  HistogramMetric,
  HistogramOptions,
  Labels,
  MetricOptions,
  Metrics,
} from './metrics.ts';
export { nearestName } from './nearest-name.ts';
export { redact } from './redact.ts';
export { redactText } from './redact-text.ts';
export { isSecretName, REDACTED } from './secret-names.ts';
export { envFlag, envInteger, envList, envPort, ProcessSettings } from './settings.ts';
export { withSpan } from './span.ts';
export type { Span, SpanAttributes } from './span.ts';
export { handleSignals } from './signals.ts';
export type { SignalOptions } from './signals.ts';
export { startProcess } from './start-process.ts';
export type { ProcessContext, ProcessOptions } from './start-process.ts';
export { currentTraceId, newTraceContext, traceContext, tracingIsOn, withTraceContext } from './trace-context.ts';
export { startTracing } from './tracing.ts';
export type { TracingOptions } from './tracing.ts';
