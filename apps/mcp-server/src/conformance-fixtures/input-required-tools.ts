import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  type CallToolResult,
  type InputRequest,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from './content-tools.ts';

type Outcome = CallToolResult | InputRequiredResult;
type MintState = (state: Record<string, unknown>) => Promise<string>;

/** Tools that ask by their result (SEP-2322). `mint` signs what the client carries to the next round. */
export function addInputRequiredTools(server: McpServer, mint: MintState): void {
  const tool = (name: string, run: (context: ServerContext) => Outcome | Promise<Outcome>) => {
    server.registerTool(
      name,
      { description: `Asks by its result: ${name}`, inputSchema: z.object({}) },
      async (_input, context) => run(context),
    );
  };
  tool('test_input_required_result_elicitation', ({ mcpReq }) => {
    const name = acceptedContent(mcpReq.inputResponses, 'user_name')?.['name'];
    return typeof name === 'string'
      ? done(`Hello, ${name}!`)
      : inputRequired({ inputRequests: { user_name: askName() } });
  });
  tool('test_input_required_result_sampling', ({ mcpReq }) => {
    const sampled = mcpReq.inputResponses?.['capital_question'];
    return sampled === undefined
      ? inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?') } })
      : done(`Sampling response: ${JSON.stringify(sampled)}`);
  });
  tool('test_missing_capability', ({ mcpReq }) =>
    mcpReq.inputResponses?.['llm_answer'] === undefined
      ? inputRequired({ inputRequests: { llm_answer: sample('Reply with pong') } })
      : done('Sampled.'),
  );
  tool('test_input_required_result_list_roots', ({ mcpReq }) => {
    const roots = rootsOf(mcpReq.inputResponses);
    return roots === undefined
      ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
      : done(`Client exposed ${String(roots.length)} root(s): ${JSON.stringify(roots)}`);
  });
  tool('test_input_required_result_capabilities', askOnlyWhatIsDeclared);
  tool('test_input_required_result_multiple_inputs', (context) => askEverything(context, mint));
  tool('test_input_required_result_request_state', (context) =>
    confirm(context, mint, 'state-ok: requestState verified and confirmation received'),
  );
  tool('test_input_required_result_tampered_state', (context) =>
    confirm(context, mint, 'integrity-ok: requestState verified'),
  );
  tool('test_input_required_result_multi_round', (context) => twoRounds(context, mint));
}

async function confirm({ mcpReq }: ServerContext, mint: MintState, said: string): Promise<Outcome> {
  const confirmed = acceptedContent(mcpReq.inputResponses, 'confirm');
  if (confirmed !== undefined && mcpReq.requestState() !== undefined) return done(said);
  return inputRequired({
    inputRequests: { confirm: elicit('Please confirm', 'ok', 'boolean') },
    requestState: await mint({ asked: 'confirm' }),
  });
}

async function twoRounds({ mcpReq }: ServerContext, mint: MintState): Promise<Outcome> {
  const state = mcpReq.requestState<{ round?: number; name?: unknown }>();
  if (state?.round === undefined) {
    return inputRequired({
      inputRequests: { step1: elicit('Step 1: What is your name?', 'name', 'string') },
      requestState: await mint({ round: 1 }),
    });
  }
  if (state.round === 1) {
    const name = acceptedContent(mcpReq.inputResponses, 'step1')?.['name'];
    return inputRequired({
      inputRequests: { step2: elicit('Step 2: What is your favorite color?', 'color', 'string') },
      requestState: await mint({ round: 2, name }),
    });
  }
  return done(
    `Multi-round complete: ${String(state.name)} likes ${String(acceptedContent(mcpReq.inputResponses, 'step2')?.['color'])}`,
  );
}

async function askEverything({ mcpReq }: ServerContext, mint: MintState): Promise<Outcome> {
  const name = acceptedContent(mcpReq.inputResponses, 'user_name')?.['name'];
  const greeting = mcpReq.inputResponses?.['greeting'];
  const roots = rootsOf(mcpReq.inputResponses);
  if (typeof name === 'string' && greeting !== undefined && roots !== undefined)
    return done(`${JSON.stringify(greeting)} ${name}, ${String(roots.length)} root(s)`);
  const inputRequests = {
    user_name: askName(),
    greeting: sample('Generate a greeting'),
    client_roots: inputRequired.listRoots(),
  };
  return inputRequired({ inputRequests, requestState: await mint({ asked: 'everything' }) });
}

function askOnlyWhatIsDeclared({ mcpReq }: ServerContext): Outcome {
  if (mcpReq.inputResponses !== undefined) return done('Capability-aware input requests fulfilled');
  const envelope = mcpReq.envelope as { [CLIENT_CAPABILITIES_META_KEY]?: Record<string, unknown> } | undefined;
  const declared = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
  const inputRequests: Record<string, InputRequest> = {
    ...('elicitation' in declared && { user_name: askName() }),
    ...('sampling' in declared && { greeting: sample('Generate a short greeting') }),
    ...('roots' in declared && { client_roots: inputRequired.listRoots() }),
  };
  return Object.keys(inputRequests).length === 0
    ? done('The client can be asked nothing.')
    : inputRequired({ inputRequests });
}

function done(said: string): CallToolResult {
  return { content: [text(said)] };
}

function askName(): InputRequest {
  return elicit('What is your name?', 'name', 'string');
}

export function elicit(message: string, field: string, type: 'string' | 'boolean'): InputRequest {
  const answer = type === 'string' ? { type } : { type };
  return inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: answer }, required: [field] },
  });
}

function sample(question: string): InputRequest {
  return inputRequired.createMessage({ messages: [{ role: 'user', content: text(question) }], maxTokens: 100 });
}

function rootsOf(responses: Record<string, unknown> | undefined): unknown[] | undefined {
  const { roots } = (responses?.['client_roots'] ?? {}) as { roots?: unknown };
  return Array.isArray(roots) ? roots : undefined;
}
