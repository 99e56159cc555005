/** NATS refuses more by default; both forms do. Headers count. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Kept free in every message for its headers: the trace state alone may be 512 bytes. */
export const HEADER_BYTES = 4 * 1024;
/** A long answer travels in pieces of this size, so that others' messages pass in between. */
export const CHUNK_BYTES = 256 * 1024;
/** The answerer waits for the asker after so many pieces: NATS cuts off a connection that is sent more than it can read. */
export const CHUNKS_PER_ACK = 4;
export const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/** A handler at work says so this often; the asker gives up after three times of silence. */
export const KEEP_ALIVE_MS = 5_000;
export const SILENCES = 3;
/** How long `close` waits for running handlers before it aborts them. */
export const DRAIN_MS = 10_000;

/** setTimeout reads more than this as no time at all. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
