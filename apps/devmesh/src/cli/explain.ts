import { types } from 'node:util';
import { CliError, configurationError, interrupted, type ErrorFacts } from './cli-error.ts';
import { suggestionFor } from './suggestion.ts';

/**
 * Anything that was thrown, as an error with a next step. The errors of our libraries are told by their names, because
 * importing those libraries only to compare classes would make `--help` slow.
 */
export function explain(thrown: unknown): CliError {
  if (thrown instanceof CliError) return thrown;
  if (!types.isNativeError(thrown)) return bug(new Error(String(thrown)));
  if (thrown.name === 'AbortError') return interrupted();
  if (thrown.name === 'ConfigError')
    return configurationError(thrown.message, 'Set the named variables right and run it again.');
  if (thrown.name === 'AppError') return new CliError(factsOf(thrown));
  return bug(thrown);
}

function factsOf(error: Error & { code?: unknown; suggestion?: unknown; details?: unknown }): ErrorFacts {
  const code = String(error.code ?? 'internal');
  return {
    code,
    message: error.message,
    suggestion: typeof error.suggestion === 'string' ? error.suggestion : suggestionFor(code),
    ...(error.details !== undefined && { details: error.details }),
  };
}

function bug(error: Error): CliError {
  const facts = {
    code: 'internal',
    message: `The CLI itself failed: ${error.stack ?? error.message}`,
    suggestion: 'Report it, with the command and what `devmesh --version` says.',
  };
  return new CliError(facts, 1, error);
}
