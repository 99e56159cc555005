export type {
  Bus,
  Progress,
  RequestOptions,
  ServeContext,
  ServeHandler,
  ServeOptions,
  Stop,
  SubscribeHandler,
  SubscribeOptions,
} from './bus.ts';
export type { BusOptions } from './create-bus.ts';
export { createMemoryBus } from './memory-bus.ts';
export type { MemoryBusOptions } from './memory-bus.ts';
export { createMemoryNetwork } from './memory-network.ts';
export type { MemoryNetwork } from './memory-network.ts';
export { connectNatsBus } from './nats-bus.ts';
export type { NatsBusOptions } from './nats-bus.ts';
export type { NatsCredentials } from './nats-options.ts';
export { NotDeliveredError } from './not-delivered-error.ts';
