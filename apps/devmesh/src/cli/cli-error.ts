import { ExitCode } from './exit-code.ts';

/** What a failure shows: the server's own error body, or ours in the same form. */
export interface ErrorFacts {
  code: string;
  message: string;
  /** A next step that can be typed. */
  suggestion: string;
  details?: unknown;
  request_id?: string;
  call_id?: string;
}

/** A failure that is explained to whoever typed the command, and the exit code it ends with. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly facts: ErrorFacts;
  readonly exitCode: ExitCode;

  constructor(facts: ErrorFacts, exitCode: ExitCode = ExitCode.failed, cause?: unknown) {
    super(facts.message, { cause });
    this.facts = facts;
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export function usageError(message: string, suggestion: string): CliError {
  return new CliError({ code: 'invalid_input', message, suggestion }, ExitCode.usage);
}

/** A file or variable is wrong: nothing that another attempt would mend. */
export function configurationError(message: string, suggestion: string): CliError {
  return new CliError({ code: 'invalid_input', message, suggestion }, ExitCode.configuration);
}

export function interrupted(suggestion = 'Run it again when you are ready.'): CliError {
  return new CliError({ code: 'conflict', message: 'Interrupted.', suggestion }, ExitCode.interrupted);
}
