export interface ConfigFault {
  /** The environment variable. */
  name: string;
  /** What is wrong and what to do; never the value, it may be a secret. */
  message: string;
}

/** sysexits' EX_CONFIG: a supervisor should not restart what only a person can set right. */
export const EXIT_CONFIG = 78;

/** The process cannot run as configured. `startProcess` prints it and exits 78, also when `start` throws one. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(
      ['The configuration is not usable:', ...faults.map(({ name, message }) => `  ${name}: ${message}`)].join('\n'),
    );
    this.faults = faults;
  }
}
