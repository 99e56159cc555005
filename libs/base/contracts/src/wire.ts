import { z } from 'zod';
import { ErrorBody } from './app-error.ts';
import { FollowUp, Prepared, ToolOutput } from './reply.ts';
import { ToolDescriptor } from './tool.ts';

// What travels over the bus. Receivers ignore unknown fields; within v1 changes only add.

/** A connection as a call carries it: the credential stays sealed to the system's public key. */
export const WireConnection = z.object({
  id: z.string(),
  name: z.string(),
  /** `environment`: read by the adapter from its own environment and bound to one organisation. */
  origin: z.enum(['stored', 'environment']),
  environment: z.string(),
  endpoint: z.string().optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
  sealedCredential: z.string().optional(),
});
export type WireConnection = z.infer<typeof WireConnection>;

export const TraceContext = z.object({ traceparent: z.string().optional(), tracestate: z.string().optional() });
export type TraceContext = z.infer<typeof TraceContext>;

/** Subject `v1.call.<system>.<tool>`. */
export const ToolCallMessage = z.object({
  /** `prepare` reads what would change; `run` does it. */
  operation: z.enum(['prepare', 'run']),
  callId: z.string(),
  tool: z.string(),
  organization: z.object({ id: z.string(), slug: z.string() }),
  /** Who asks, for the vendor's own records ("created by"). */
  principal: z.string(),
  connection: WireConnection.optional(),
  input: z.record(z.string(), z.unknown()),
  prepared: Prepared.optional(),
  /** Never a wall-clock deadline: clocks differ. */
  remainingMs: z.int(),
  schemaHash: z.string(),
  trace: TraceContext.default({}),
});
export type ToolCallMessage = z.infer<typeof ToolCallMessage>;

/** The one `done` of a `run`. An adapter never throws across the wire. */
export const ToolRunReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), output: ToolOutput, undo: FollowUp.optional(), connection: z.string().optional() }),
  z.object({
    ok: z.literal(false),
    error: ErrorBody,
    /** True where the vendor may have done it all the same (the answer was lost). */
    outcomeUnknown: z.boolean().optional(),
  }),
]);
export type ToolRunReply = z.infer<typeof ToolRunReply>;

export const ToolPrepareReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), prepared: Prepared, verify: FollowUp.optional() }),
  z.object({ ok: z.literal(false), error: ErrorBody }),
]);
export type ToolPrepareReply = z.infer<typeof ToolPrepareReply>;

/** A connection that an adapter found in its own environment, without any secret. */
export const EnvironmentConnection = z.object({
  /** Slug of the one organisation that it belongs to. */
  organization: z.string(),
  name: z.string(),
  environment: z.string(),
  endpoint: z.string().optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
});
export type EnvironmentConnection = z.infer<typeof EnvironmentConnection>;

/** Subject `v1.catalog.announce.<system>`: at start, on change, when asked, and every 10 s. */
export const Announcement = z.object({
  system: z.string(),
  title: z.string(),
  appVersion: z.string(),
  /** Tells replicas of one adapter apart. */
  instance: z.string(),
  /** Credentials of this system's connections are sealed to this key; pinned at first sight. */
  publicJwk: z.record(z.string(), z.unknown()),
  /** JSON Schemas of a connection's settings and credential, for the form and for checking. */
  settingsSchema: z.record(z.string(), z.unknown()).default({}),
  credentialSchema: z.record(z.string(), z.unknown()).default({}),
  environmentConnections: z.array(EnvironmentConnection).default([]),
  tools: z.array(ToolDescriptor),
});
export type Announcement = z.infer<typeof Announcement>;
