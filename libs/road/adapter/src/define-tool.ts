import type { Effect, FollowUp, Page, Prepared, SourceState, ToolExample } from '@devmesh/contracts';
import type { z } from 'zod';
import type { ToolContext } from './tool-context.ts';

/** What a handler gives back: `data` by the tool's `output`, and the siblings that all tools share. */
export interface ToolResult<Data> {
  data: Data;
  /** One or two sentences with the numbers. */
  summary: string;
  /** The readable form of `data`, where the generic rendering would not do. */
  text?: string;
  page?: Page;
  scope?: Record<string, string>;
  hints?: string[];
  sources?: Record<string, SourceState>;
}

/** What `prepare` found out; everything absent is taken as not known. */
export type PreparedFacts = Partial<Prepared>;

/** One tool, whole. Methods, not properties: a list of tools with different inputs stays assignable. */
export interface Tool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
  Context extends ToolContext = ToolContext,
> {
  /** `system.verb_noun` */
  name: string;
  title: string;
  /** One or two sentences, for a model. */
  description: string;
  effect: Effect;
  /** `always`: a person decides, whatever the rules say. */
  approval?: 'always';
  /** Whether doing it twice is the same as doing it once. */
  idempotent?: boolean;
  timeoutMs: number;
  input: Input;
  output: Output;
  examples?: ToolExample[];
  /** JSON pointers into the input: where policy finds what the call touches. */
  targets?: Record<string, string>;
  /** False for a tool that reaches nothing outside DevMesh. */
  openWorld?: boolean;
  /** A read: what would change, on what, how it is now. */
  prepare?(input: z.output<Input>, context: Context): Promise<PreparedFacts>;
  run(input: z.output<Input>, context: Context & { prepared?: Prepared }): Promise<ToolResult<z.output<Output>>>;
  /** The way back, stored after the run; `undefined` where nothing was changed. */
  undo?(input: z.output<Input>, prepared: Prepared | undefined, data: z.output<Output>): FollowUp | undefined;
  /** The read that settles an outcome that nobody knows: it finds one row or more (`page.returned`) if it was done, none if not. */
  verify?(input: z.output<Input>, prepared: Prepared | undefined, callId: string): FollowUp;
}

/** Names a tool's types once; the object itself is the tool. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject, Context extends ToolContext>(
  tool: Tool<Input, Output, Context>,
): Tool<Input, Output, Context> {
  return tool;
}
