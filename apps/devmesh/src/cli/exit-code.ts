/** What the process says when it ends; documented in `devmesh --help`. */
export const ExitCode = {
  ok: 0,
  /** It ran and failed, or the server said no. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  unauthenticated: 4,
  /** Nothing failed: a person has to approve first. */
  awaitingApproval: 8,
  /** A profile, key file or environment variable that only a person can set right. */
  configuration: 78,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
