import { z } from 'zod';

// How environment variables say what is not a text.

/** `true false 1 0 yes no on off`. */
export const envFlag = () => z.stringbool();

/** A TCP port; 0 takes any free one. */
export const envPort = () => z.coerce.number().int().min(0).max(65_535);

/** A whole number. */
export const envInteger = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** `a, b,c` → three texts; empty parts are left out. */
export const envList = () =>
  z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

/** What every process may be told, beside its own schema. */
export const ProcessSettings = z.object({
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug', 'silent']).default('info').describe('How much is logged.'),
  METRICS_PORT: envPort()
    .optional()
    .describe('Port of /metrics, /livez, /readyz and /healthz. Absent: none is opened.'),
  SHUTDOWN_DEADLINE_MS: envInteger(100, 600_000).default(15_000).describe('How long a stop may take, in milliseconds.'),
  TRACING_ENABLED: envFlag().default(false).describe('Sends OpenTelemetry traces.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .default('http://localhost:4318')
    .describe('Base address of the OTLP/HTTP collector.'),
});
export type ProcessSettings = z.infer<typeof ProcessSettings>;
