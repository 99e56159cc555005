interface Result<Row> {
  rows: Row[];
  rowCount: number | null;
}

type Listener = (...values: never[]) => void;

export interface QueuePoolClient {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Result<Row>>;
  release(destroy?: boolean): void;
  on(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
  removeAllListeners(event?: string): unknown;
}

/** The part of a `pg.Pool` that the queue needs; the store's `queuePool` has it. Its `search_path` is `bullmq`. */
export interface QueuePool {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Result<Row>>;
  connect(): Promise<QueuePoolClient>;
  end(): Promise<void>;
  on(event: string, listener: Listener): unknown;
  removeAllListeners(event?: string): unknown;
  readonly options: object;
}
