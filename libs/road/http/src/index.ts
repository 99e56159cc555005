export { CSRF_FIELD } from './csrf.ts';
export { createDoor } from './create-door.ts';
export type { Door } from './create-door.ts';
export { defineCursor } from './cursor.ts';
export type { Cursor } from './cursor.ts';
export { defineRoute } from './define-route.ts';
export type { Access, BodyType, Method, Route, RouteContext, RouteDefinition, RouteFacts } from './define-route.ts';
export type {
  DoorIdempotency,
  DoorIdentity,
  DoorOptions,
  DoorQuota,
  QuotaAnswer,
  StoredReply,
} from './door-options.ts';
export { assertVersion, expectedVersion, versionConflict } from './etag.ts';
export type { EventStream, StreamEvent } from './event-stream.ts';
export { inputHash } from './idempotency.ts';
export { listOf, listPage, PageQuery } from './list.ts';
export type { List } from './list.ts';
export type { Listening, ListenOptions } from './listen.ts';
export { openApiDocument } from './openapi.ts';
export type { OpenApiDocument, OpenApiOptions } from './openapi.ts';
export { accepted, created, etagOf, events, html, noContent, redirect, reply, streamed, textReply } from './reply.ts';
export type {
  EventsReply,
  JsonReply,
  OpenedStream,
  ReplyHeaders,
  ReplyOptions,
  RouteReply,
  StreamReply,
  TextReply,
} from './reply.ts';
export type { Admitted, Wanted } from './admission.ts';
