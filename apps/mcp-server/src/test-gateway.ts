import { setTimeout as delay } from 'node:timers/promises';
import {
  AppError,
  newId,
  publishedName,
  type CallAnswer,
  type CallReply,
  type Principal,
  type ToolDescriptor,
} from '@devmesh/contracts';
import type { CallOptions, CatalogTool } from '@devmesh/gateway';
import type { McpGateway } from './mcp-parts.ts';

export interface TestCall {
  id: string;
  principal: Principal;
  tool: string;
  args: unknown;
  options: CallOptions;
}

type Run = (args: Record<string, unknown>, options: CallOptions) => Promise<Record<string, unknown>>;

export interface TestTool {
  descriptor: ToolDescriptor;
  run: Run;
}

/** A road for tests: it keeps calls in memory, asks people where a tool wants that, and fails as the real one does. */
export function createTestGateway(tools: readonly TestTool[] = TOOLS) {
  const made: TestCall[] = [];
  const waiting = new Map<string, { call: TestCall; decided: PromiseWithResolvers<undefined> }>();
  const answers = new Map<string, CallAnswer>();
  const listeners = new Set<(organizationId: string | undefined) => void>();
  let listed = tools.map(({ descriptor }) => catalogTool(descriptor));

  function find(name: string): TestTool {
    const found = tools.find(({ descriptor }) => descriptor.name === name || publishedName(descriptor.name) === name);
    if (found) return found;
    throw new AppError('not_found', `There is no tool ${name}.`, {
      suggestion: 'Did you mean demo_echo?',
      details: { nearest: ['demo_echo'] },
    });
  }

  async function callTool(
    principal: Principal,
    name: string,
    args: unknown,
    options: CallOptions,
  ): Promise<CallAnswer> {
    const tool = find(name);
    const call = { id: newId('call'), principal, tool: tool.descriptor.name, args, options };
    made.push(call);
    if (options.idempotencyKey === 'used-otherwise')
      throw new AppError('conflict', 'This idempotency key was used for another input.', {
        details: { call_id: 'call_first' },
      });
    if (tool.descriptor.approval === 'always') {
      waiting.set(call.id, { call, decided: Promise.withResolvers() });
      return pending(call);
    }
    return run(tool, call);
  }

  async function run(tool: TestTool, call: TestCall): Promise<CallAnswer> {
    try {
      const data = await tool.run(call.args as Record<string, unknown>, call.options);
      return answer(call, { success: true, status: 'succeeded', data, summary: `${call.tool} ran.` });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, message, retryable, suggestion } = error;
      return answer(call, {
        success: false,
        status: 'failed',
        data: {},
        summary: message,
        error: { code, message, retryable, ...(suggestion && { suggestion }) },
      });
    }
  }

  function own(principal: Principal, callId: string): void {
    const call = made.find(({ id }) => id === callId);
    if (call?.principal.organizationId !== principal.organizationId)
      throw new AppError('not_found', `There is no call ${callId}.`);
  }

  const gateway: McpGateway = {
    callTool,
    async answerOf(principal, callId) {
      own(principal, callId);
      const held = waiting.get(callId);
      return (
        answers.get(callId) ??
        (held ? pending(held.call) : Promise.reject(new AppError('not_found', `There is no call ${callId}.`)))
      );
    },
    async waitForCall(principal, callId, timeoutMs, signal) {
      own(principal, callId);
      const ended = waiting.get(callId)?.decided.promise;
      await Promise.race([ended, delay(Math.min(timeoutMs, 500), undefined, { signal }).catch(() => undefined)]);
      return gateway.answerOf(principal, callId);
    },
    catalog: {
      list: () => Promise.resolve(listed),
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      assertToolsets(list) {
        if (!list.split(',').every((name) => ['all', 'observe', 'demo'].includes(name)))
          throw new AppError('not_found', `There is no toolset ${list}.`, {
            suggestion: 'Toolsets: all, observe, demo.',
          });
      },
    },
  };

  return {
    gateway,
    made,
    /** What a person does on the approval page. */
    async approve(callId: string): Promise<void> {
      const held = waiting.get(callId);
      if (!held) throw new Error(`nothing waits as ${callId}`);
      answers.set(callId, await run(find(held.call.tool), held.call));
      held.decided.resolve(undefined);
    },
    /** As when an adapter announces other tools. */
    changeCatalog(organizationId?: string): void {
      listed = [...listed];
      for (const listener of listeners) listener(organizationId);
    },
  };
}
export type TestGateway = ReturnType<typeof createTestGateway>;

function answer({ id }: TestCall, rest: Omit<CallReply, 'call_id' | 'duration_ms'>): CallAnswer {
  const reply = { ...rest, call_id: id, duration_ms: 1 };
  const failure = reply.error === undefined ? '' : `${reply.error.code}: `;
  return { reply, text: `${failure}${reply.summary}\nCall: ${id}` };
}

function pending(call: TestCall): CallAnswer {
  const reply = {
    success: false,
    status: 'approval_pending' as const,
    data: {},
    summary: `${call.tool} waits for a person's approval.`,
    approval_id: `appr_${call.id}`,
    approval_url: `http://localhost:8081/approvals/appr_${call.id}`,
  };
  return { ...answer(call, reply), text: `${reply.summary} ${reply.approval_url}` };
}

function catalogTool(descriptor: ToolDescriptor): CatalogTool {
  return {
    descriptor,
    published: publishedName(descriptor.name),
    connections: [],
    configured: true,
    inputSchema: descriptor.inputSchema,
    parse: (args) => args as Record<string, unknown>,
  };
}

export function testTool(name: string, run: Run, more: Partial<ToolDescriptor> = {}): TestTool {
  const descriptor: ToolDescriptor = {
    name,
    system: name.split('.')[0] ?? name,
    title: `Title of ${name}`,
    description: `What ${name} does.`,
    effect: 'read',
    idempotent: true,
    openWorld: true,
    timeoutMs: 10_000,
    inputSchema: { type: 'object', properties: { message: { type: 'string' } }, additionalProperties: false },
    outputSchema: {
      type: 'object',
      properties: { echo: { type: 'string' } },
      required: ['echo'],
      additionalProperties: false,
    },
    examples: [],
    targets: {},
    prepares: false,
    undoes: false,
    verifies: false,
    needsConnection: false,
    schemaHash: name,
    ...more,
  };
  return { descriptor, run };
}

const echo: Run = ({ message = '' }) => Promise.resolve({ echo: String(message) });

async function countTo3(_args: Record<string, unknown>, { onProgress }: CallOptions) {
  for (const progress of [1, 2, 3]) {
    onProgress?.({ progress, total: 3, message: `step ${String(progress)}` });
    await delay(1);
  }
  return { echo: 'counted' };
}

async function untilCancelled(_args: Record<string, unknown>, { signal }: CallOptions): Promise<never> {
  await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
  throw new AppError('timeout', 'demo.wait was cancelled.');
}

const TOOLS = [
  testTool('demo.echo', echo),
  testTool('demo.count', countTo3),
  testTool('demo.wait', untilCancelled),
  testTool('demo.silence', echo, { effect: 'write', approval: 'always', idempotent: false }),
  testTool('demo.fail', () =>
    Promise.reject(
      new AppError('upstream_failed', 'Prometheus answered HTML.', { suggestion: 'Look at its address.' }),
    ),
  ),
  testTool('demo.crash', () => Promise.reject(new Error('secret stack of postgres://user:pass@host'))),
  testTool('contexts_get', echo),
  testTool('wait_for_call', echo),
  testTool('status', echo),
];
