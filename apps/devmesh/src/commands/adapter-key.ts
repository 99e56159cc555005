import type { Command } from 'commander';
import { addExamples } from '../cli/examples.ts';
import type { GlobalOptions } from '../cli/global-options.ts';
import type { Io } from '../cli/io.ts';
import { createOutput } from '../cli/output.ts';

/** `devmesh adapter-key` */
export function addAdapterKey(command: Command, io: Io): void {
  command
    .description(
      "Make a private key for an adapter: credentials of that system's connections are sealed to it. It is made here and sent nowhere.",
    )
    .action(async (_options: unknown, self: Command) => {
      const { generateSystemKey } = await import('@devmesh/vault');
      const output = createOutput(io, self.optsWithGlobals<GlobalOptions>().output);
      const { privateJwk } = await generateSystemKey();
      // One line in text too: it goes into a file or a variable.
      output.answer(privateJwk, () => JSON.stringify(privateJwk));
      output.note(
        'Give it to the adapter as ADAPTER_PRIVATE_JWK, or in a file as ADAPTER_PRIVATE_JWK_FILE, and keep it: with another key the stored credentials cannot be opened.',
      );
    });
  addExamples(command, [['(umask 077; devmesh adapter-key > prometheus.jwk)', 'readable for you alone']]);
}
