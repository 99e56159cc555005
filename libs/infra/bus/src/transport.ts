import type { DependencyState } from '@devmesh/runtime';

/** All in which the two forms of the bus differ. What requests and answers are is written once, over this. */
export interface Transport {
  /** A subject that is this connection's own; answers arrive below it. */
  readonly inbox: string;
  /** The largest message, headers included. */
  maxMessageBytes(): number;
  isUp(): boolean;
  state(): DependencyState;
  /** Hands a message over; false where that cannot be, and then it is gone. Messages to one receiver stay in order. */
  send(message: Outgoing): boolean;
  /**
   * `receive` must not throw. It is called for messages sent from now on by this connection, and by others once the
   * promise has resolved; again after a lost connection is back. Rejects with an AppError where it is not allowed.
   */
  listen(subject: string, queue: string | undefined, receive: (message: Incoming) => void): Promise<Listening>;
  /** Tells of subjects on which this connection tried to send and may not. */
  onForbidden(listener: (subject: string) => void): void;
  /** Delivers what was sent, then leaves. */
  close(): Promise<void>;
}

export interface Outgoing {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where an answer is expected: if nobody listens on `subject`, an Incoming with `nobody` arrives there. */
  readonly reply?: string;
}

export interface Incoming {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly reply: string | undefined;
  /** The transport's own word: nobody listens where this was asked. */
  readonly nobody: boolean;
  header(name: string): string | undefined;
}

export interface Listening {
  /** Ends it; resolves when everything that had been sent to it has been received. Does not reject. */
  drain(): Promise<void>;
}
