import { CallReply } from '@devmesh/contracts';
import type { Command } from 'commander';
import { asObject, given, pairsToObject } from '../../cli/arguments.ts';
import { addExamples } from '../../cli/examples.ts';
import { finishCall } from '../../cli/finish-call.ts';
import type { Io } from '../../cli/io.ts';
import type { InputReader } from '../../cli/read-input.ts';
import { openSession } from '../../cli/session.ts';
import { waitIfWanted } from '../../cli/wait-for-call.ts';

/** A tool may run for five minutes; a client that gives up before learns nothing. */
const LONGEST_CALL_MS = 310_000;
/** What the server's own time-out needs to arrive. */
const GRACE_MS = 5_000;
const LONGEST_TOOL_TIMEOUT_MS = 300_000;

interface CallOptions {
  json?: string;
  connection?: string;
  reason?: string;
  idempotencyKey?: string;
  wait?: boolean;
}

/** `devmesh tool call <name> [key=value…]` */
export function addToolCall(noun: Command, io: Io): void {
  const command = noun
    .command('call')
    .description('Call a tool. Exits 1 when it failed, 8 when a person has to approve first.')
    .argument('<name>', 'the tool, in either spelling')
    .argument('[arguments...]', 'key=value, or key:=JSON for lists and objects')
    .option('--json <json>', 'arguments as one JSON object, @file, or - for stdin')
    .option('--connection <name>', 'which connection of the system; else the default one')
    .option('--reason <text>', 'why: shown to whoever approves')
    .option('--idempotency-key <key>', 'the same key again gives the same answer and does nothing twice')
    .option('--wait', "wait for a person's decision and the outcome")
    .action(async (name: string, pairs: string[], options: CallOptions, self: Command) => {
      const session = await openSession(self, io);
      const { api, read, timeoutMs } = session;
      const body = {
        parameters: { ...(await jsonArguments(options.json, read)), ...pairsToObject(pairs) },
        ...given({ connection: options.connection, reason: options.reason }),
        ...(timeoutMs !== undefined && { timeout_ms: Math.min(Math.ceil(timeoutMs), LONGEST_TOOL_TIMEOUT_MS) }),
      };
      const reply = await api.request('POST', `/api/v1/tools/${encodeURIComponent(name)}/execute`, {
        answers: CallReply,
        body,
        idempotencyKey: options.idempotencyKey,
        timeoutMs: timeoutMs === undefined ? LONGEST_CALL_MS : timeoutMs + GRACE_MS,
      });
      finishCall(await waitIfWanted(reply, options.wait, session), session);
    });
  addExamples(command, [
    ["devmesh tool call prometheus_query query='up'", 'texts; the server makes numbers of them where one is asked for'],
    [
      "devmesh tool call prometheus_create_silence --json @silence.json --reason 'rolling out 1.4' --wait",
      'waits until somebody approved it',
    ],
    ['devmesh tool call contexts_get id=conv-42 -o json | jq .data', 'for a script'],
  ]);
}

async function jsonArguments(json: string | undefined, read: InputReader): Promise<Record<string, unknown>> {
  return json === undefined ? {} : asObject(await read.json(json, '--json'), '--json');
}
