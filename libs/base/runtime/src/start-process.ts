import { z } from 'zod';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { ConfigError, EXIT_CONFIG } from './config-error.ts';
import type { ConfigFault } from './config-error.ts';
import { configHints, loadConfig } from './config.ts';
import type { ConfigSource } from './config.ts';
import { createHealth } from './health.ts';
import type { Health } from './health.ts';
import { startInternalServer } from './internal-server.ts';
import { createLifecycle } from './lifecycle.ts';
import type { Lifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';
import type { LoggerOptions, ProcessLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { redactText } from './redact-text.ts';
import { ProcessSettings } from './settings.ts';
import { handleSignals } from './signals.ts';
import { startTracing } from './tracing.ts';

export interface ProcessContext<Config> {
  config: Config & ProcessSettings;
  logger: ProcessLogger;
  metrics: Metrics;
  health: Health;
  lifecycle: Lifecycle;
  clock: Clock;
}

export interface ProcessOptions<Schema extends z.ZodObject> {
  /** In every log line, metric and trace. */
  service: string;
  /** The process's own variables; those of ProcessSettings come on top. */
  schema: Schema;
  /** Wires and opens everything, registers in `lifecycle` how to close it, and returns when the process is ready. */
  start(context: ProcessContext<z.infer<Schema>>): Promise<void>;
  /** `stderr` where stdout is the protocol (MCP over stdio). */
  logDestination?: LoggerOptions['destination'];
  source?: ConfigSource;
}

/**
 * The whole life of a process. A configuration that cannot work is printed whole on stderr and exits 78; any other
 * failure to start is logged, what was opened is closed, and it exits 1.
 */
export async function startProcess<Schema extends z.ZodObject>(options: ProcessOptions<Schema>): Promise<void> {
  const { service, schema, source = process.env, logDestination = 'stdout' } = options;
  const config = readConfig(schema, source);
  if (config === undefined) return;
  const logger = createLogger({ service, level: config.LOG_LEVEL, destination: logDestination });
  const metrics = createMetrics({ service, defaults: true });
  const health = createHealth({ clock: systemClock });
  const lifecycle = createLifecycle({ logger, deadlineMs: config.SHUTDOWN_DEADLINE_MS });
  handleSignals({ logger, health, lifecycle });
  for (const hint of configHints(z.object({ ...ProcessSettings.shape, ...schema.shape }), source)) logger.warn(hint);
  const context = { config, logger, metrics, health, lifecycle, clock: systemClock };
  try {
    await open(context, service);
    await options.start(context);
  } catch (error) {
    await giveUp(error, logger, lifecycle);
  }
}

async function open(
  { config, metrics, health, lifecycle, logger }: ProcessContext<unknown>,
  service: string,
): Promise<void> {
  const tracing = await startTracing({
    enabled: config.TRACING_ENABLED,
    service,
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  });
  lifecycle.onStop('tracing', () => tracing.stop());
  if (config.METRICS_PORT === undefined) return;
  const server = await startInternalServer({ port: config.METRICS_PORT, metrics, health });
  lifecycle.onStop('internal server', () => server.close());
  logger.info('metrics and health are served', { port: server.port });
}

/** Both schemas are read before anything is said, so that all faults come together. */
function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  source: ConfigSource,
): (z.infer<Schema> & ProcessSettings) | undefined {
  const faults: ConfigFault[] = [];
  const attempt = <T>(load: () => T): T | undefined => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  };
  const common = attempt(() => loadConfig(ProcessSettings, source));
  const own = attempt(() => loadConfig(schema, source));
  if (common !== undefined && own !== undefined) return { ...common, ...own };
  leaveUnconfigured(new ConfigError(faults));
  return undefined;
}

async function giveUp(error: unknown, logger: ProcessLogger, lifecycle: Lifecycle): Promise<void> {
  await lifecycle.stop();
  if (!(error instanceof ConfigError)) logger.error('could not start', { error });
  await logger.flush();
  if (error instanceof ConfigError) leaveUnconfigured(error);
  else process.exit(1);
}

function leaveUnconfigured(error: ConfigError): void {
  // Fault by fault: together with a name such as DEVMESH_API_KEY the reason itself would be taken for a secret.
  const faults = error.faults.map(({ name, message }) => `  ${name}: ${redactText(message)}`);
  process.stderr.write(`The configuration is not usable:\n${faults.join('\n')}\n`, () => process.exit(EXIT_CONFIG));
  process.exitCode = EXIT_CONFIG;
}
