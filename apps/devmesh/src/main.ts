import { enableCompileCache } from 'node:module';
import { processIo } from './cli/process-io.ts';
import { runCli } from './cli/run-cli.ts';
import { ExitCode } from './cli/exit-code.ts';
import { createProgram } from './program.ts';

// Everything heavy is imported by the command that needs it, so it is early enough here: the next start is twice as quick.
enableCompileCache();
const io = processIo();
const code = await runCli(process.argv.slice(2), createProgram(io), io);
// What `start` set itself stays. Otherwise the process ends by itself, so that everything written to a pipe gets there.
if (code !== ExitCode.ok) process.exitCode = code;
// Whatever is still open (stdin, say) is not waited for after Ctrl-C.
if (code === ExitCode.interrupted) process.exit();
