export { AppError, ERROR_TABLE, ErrorBody, ErrorCode, errorBody, fromErrorBody, toAppError } from './app-error.ts';
export type { AppErrorOptions } from './app-error.ts';
export { CallReply, CallState, FINAL_STATES, ToolFailure } from './call.ts';
export type { CallAnswer } from './call.ts';
export { EventEnvelope, OrganizationEvent } from './events.ts';
export { newId } from './id.ts';
export { jobs } from './jobs.ts';
export type { JobDefinition, JobName, JobPayload } from './jobs.ts';
export { Principal, RateLimit, Role, Scope } from './principal.ts';
export { FollowUp, Page, Prepared, SourceState, ToolOutput } from './reply.ts';
export { subjects } from './subjects.ts';
export { Effect, JsonSchema, publishedName, ToolDescriptor, ToolExample } from './tool.ts';
export {
  Announcement,
  EnvironmentConnection,
  ToolCallMessage,
  ToolPrepareReply,
  ToolRunReply,
  TraceContext,
  WireConnection,
} from './wire.ts';
