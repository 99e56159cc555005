import type { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from '@devmesh/runtime';
import {
  INVALID_REQUEST,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  PARSE_ERROR,
  parseJSONRPCMessage,
  type JSONRPCMessage,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import { cancelledBy } from './cancelled-by.ts';
import { readLines } from './read-lines.ts';
import { within } from './within.ts';

/** What a JSON-RPC error says. */
export interface Refusal {
  code: number;
  message: string;
  data?: unknown;
}

/** A client on standard input and output. */
export interface StdioWire extends Transport {
  /** Resolves when the client has gone or `close` was called. */
  closed: Promise<void>;
  /** Whether the client still waits for the answer to this request. */
  awaits(id: RequestId): boolean;
  /** Ends the conversation with this as the answer to whatever the client waits for, or else to the first thing it asks. */
  refuse(refusal: Refusal): Promise<void>;
}

export interface StdioWireOptions {
  input: Readable;
  output: Writable;
  logger: Logger;
  /** How long what was asked may still be answered after the client closed its end. */
  lastAnswersMs?: number;
  /** How long `refuse` waits for a client that has not said anything yet. */
  firstRequestMs?: number;
}

/**
 * A message a line, as the SDK's own transport, and beyond it: what was asked before the client closed its end is still
 * answered (`printf … | devmesh mcp --stdio`), a line that is no message is told so, and the end can be explained.
 */
export function createStdioWire({
  input,
  output,
  logger,
  lastAnswersMs = 5_000,
  firstRequestMs = 1_000,
}: StdioWireOptions): StdioWire {
  const asked = new Map<RequestId, string>();
  const closed = Promise.withResolvers<undefined>();
  const firstRequest = Promise.withResolvers<undefined>();
  const answered = Promise.withResolvers<undefined>();
  let reading: Promise<void> | undefined;
  let isClosed = false;
  let inputEnded = false;

  function write(message: object): Promise<void> {
    return new Promise((resolve, reject) => {
      output.write(`${JSON.stringify(message)}\n`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  function receive(line: string): void {
    if (line.trim() === '') return;
    const message = messageIn(line);
    if ('refusal' in message) {
      // To nobody's request, so nobody waits for it: written for whoever looks.
      void write({ jsonrpc: '2.0', id: null, error: message.refusal }).catch(() => undefined);
      return;
    }
    if (isJSONRPCRequest(message)) {
      asked.set(message.id, message.method);
      firstRequest.resolve(undefined);
    }
    // Nobody answers a request that was cancelled.
    const cancelled = cancelledBy(message);
    if (cancelled !== undefined) asked.delete(cancelled);
    wire.onmessage?.(message);
  }

  // A subscription is never answered as long as it goes well.
  const nothingLeft = () => [...asked.values()].every((method) => method === 'subscriptions/listen');

  async function read(): Promise<void> {
    try {
      for await (const line of readLines(input)) receive(line);
      inputEnded = true;
      if (!nothingLeft()) await within(lastAnswersMs, Promise.race([answered.promise, closed.promise]));
    } catch (error) {
      if (!isClosed) logger.debug('standard input', { error });
    }
    await close();
  }

  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    input.destroy();
    closed.resolve(undefined);
    wire.onclose?.();
  }

  const wire: StdioWire = {
    closed: closed.promise,
    awaits: (id) => asked.has(id),
    async start() {
      // The client has gone without closing its end, or closed only this one.
      output.on('error', () => void close());
      reading ??= read();
    },
    async send(message) {
      const isAnswer = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
      if (isAnswer && message.id !== undefined) asked.delete(message.id);
      await write(message);
      if (isAnswer && inputEnded && nothingLeft()) answered.resolve(undefined);
    },
    async refuse(refusal) {
      await wire.start();
      await within(firstRequestMs, Promise.race([firstRequest.promise, closed.promise]));
      // What came in the same write.
      await turn();
      for (const id of asked.keys()) await write({ jsonrpc: '2.0', id, error: refusal }).catch(() => undefined);
      await close();
    },
    close,
  };
  return wire;
}

function messageIn(line: string): JSONRPCMessage | { refusal: Refusal } {
  try {
    const json: unknown = JSON.parse(line);
    try {
      return parseJSONRPCMessage(json);
    } catch {
      return {
        refusal: { code: INVALID_REQUEST, message: 'Invalid request: a line must be one JSON-RPC 2.0 message.' },
      };
    }
  } catch {
    return { refusal: { code: PARSE_ERROR, message: 'Parse error: the line is not valid JSON.' } };
  }
}
