/**
 * Where a runner's server is: `<url>`, or `-- <command> <arguments…>`; the key comes from DEVMESH_API_KEY for both.
 */
export function targetOf(words) {
  const key = process.env.DEVMESH_API_KEY;
  if (key === undefined) throw new Error('DEVMESH_API_KEY is not set');
  if (words[0] !== '--') return { url: new URL(words[0]), headers: { authorization: `Bearer ${key}` } };
  const [, command, ...args] = words;
  // All of it: SDK clients hand on only a few variables by themselves.
  return { stdio: { command, args, env: process.env, stderr: 'inherit' } };
}

/** Runs, prints one JSON object, and ends. */
export async function report(run) {
  try {
    console.log(JSON.stringify(await run()));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}
