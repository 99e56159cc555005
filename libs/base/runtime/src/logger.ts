import { Writable } from 'node:stream';
import winston from 'winston';
import type { LogEntry } from 'winston';
import { currentLogContext } from './log-context.ts';
import type { LogFields } from './log-context.ts';
import { logLine } from './log-record.ts';
import { createFileDescriptorSink } from './log-sink.ts';
import type { LogSink } from './log-sink.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines. Every line carries the fields of `withLogContext` and is redacted. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same logger with more fields on every line. */
  child(fields: LogFields): Logger;
}

export interface ProcessLogger extends Logger {
  /** For fields that are dear to compute. */
  isEnabled(level: LogLevel): boolean;
  /** Resolves when every line written so far is out; call it before `process.exit`. */
  flush(): Promise<void>;
}

export interface LoggerOptions {
  service: string;
  level?: LogLevel | 'silent';
  /** `stderr` where stdout belongs to somebody else (MCP over stdio, the CLI); a sink of one's own in tests. */
  destination?: 'stdout' | 'stderr' | { write(text: string): void };
}

export function createLogger({ service, level = 'info', destination = 'stdout' }: LoggerOptions): ProcessLogger {
  const sink = sinkFor(destination);
  const rank = level === 'silent' ? -1 : LOG_LEVELS.indexOf(level);
  const writer = winston.createLogger({
    levels: Object.fromEntries(LOG_LEVELS.map((name, index) => [name, index])),
    level: level === 'silent' ? 'error' : level,
    silent: level === 'silent',
    format: winston.format.printf((info) => logLine(info)),
    transports: [new winston.transports.Stream({ stream: writableOf(sink), eol: '\n' })],
  });
  return {
    ...loggerOver(writer, rank, { service }),
    isEnabled: (name) => LOG_LEVELS.indexOf(name) <= rank,
    flush: () => flush(sink),
  };
}

/** Says nothing, for tests. */
export function silentLogger(): Logger {
  const nothing = () => {};
  const logger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => logger };
  return logger;
}

function loggerOver(writer: winston.Logger, rank: number, base: LogFields): Logger {
  // A level that is off costs one comparison: nothing is gathered, copied or redacted.
  const at = (level: LogLevel) => {
    const own = LOG_LEVELS.indexOf(level);
    return (message: string, fields?: LogFields) => {
      if (own > rank) return;
      writer.log(gathered(base, level, message, fields));
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerOver(writer, rank, { ...base, ...fields }),
  };
}

function gathered(base: LogFields, level: LogLevel, message: string, fields: LogFields | undefined): LogEntry {
  const line = { timestamp: new Date().toISOString(), ...base, ...currentLogContext() };
  try {
    return { ...line, ...fields, level, message };
  } catch (error) {
    // A getter among the fields threw: what wanted to be logged still matters more.
    return { ...line, unloggable: String(error), level, message };
  }
}

function sinkFor(destination: NonNullable<LoggerOptions['destination']>): LogSink {
  if (destination === 'stdout') return createFileDescriptorSink(1);
  if (destination === 'stderr') return createFileDescriptorSink(2);
  return {
    write: (text) => {
      destination.write(text);
    },
    flush: () => Promise.resolve(),
  };
}

function writableOf(sink: LogSink): Writable {
  return new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      sink.write(text);
      done();
    },
  });
}

async function flush(sink: LogSink): Promise<void> {
  // winston is a stream: a line may still be on its way through it.
  await new Promise((resolve) => setImmediate(resolve));
  await sink.flush();
}
