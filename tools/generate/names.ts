/** A system's name in the forms that its files need. */
export interface SystemNames {
  /** `tempo`: folder, first part of every tool's name. */
  system: string;
  /** `Tempo`: types, and text for people. */
  pascal: string;
  /** `TEMPO`: its environment variables. */
  upper: string;
}

/** A tool's name in the forms that its files need. */
export interface ToolNames {
  /** `tempo.list_traces` */
  name: string;
  /** `list-traces` */
  file: string;
  /** `listTraces` */
  variable: string;
  /** `List traces` */
  title: string;
  /** `traces` */
  noun: string;
}

const MAX_PUBLISHED = 64;

/** @throws Error that says which names are possible. */
export function systemNames(system: string): SystemNames {
  if (!/^[a-z][a-z0-9]{1,29}$/.test(system))
    throw new Error(
      `"${system}" cannot be a system's name: lower-case letters and digits, such as tempo or pagerduty.`,
    );
  return { system, pascal: capital(system), upper: system.toUpperCase() };
}

/** @throws Error that says which names are possible. */
export function toolNames(system: string, verbNoun: string): ToolNames {
  if (!/^[a-z]+(_[a-z0-9]+)+$/.test(verbNoun))
    throw new Error(`"${verbNoun}" cannot be a tool's name: verb_noun in lower case, such as list_traces.`);
  if (`${system}_${verbNoun}`.length > MAX_PUBLISHED)
    throw new Error(
      `${system}_${verbNoun} is longer than the ${String(MAX_PUBLISHED)} characters that model APIs take.`,
    );
  const [verb = '', ...rest] = verbNoun.split('_');
  return {
    name: `${system}.${verbNoun}`,
    file: verbNoun.replaceAll('_', '-'),
    variable: [verb, ...rest.map(capital)].join(''),
    title: capital([verb, ...rest].join(' ')),
    noun: rest.join(' '),
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
