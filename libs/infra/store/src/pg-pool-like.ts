export interface PgResult<Row = Record<string, unknown>> {
  rows: Row[];
  rowCount: number | null;
  command: string;
}

export interface PgQueryable {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<PgResult<Row>>;
}

type Listener = (...values: never[]) => void;

/** What kysely and BullMQ need of a `pg.PoolClient`. Events: `notification`, `error`, `end`. */
export interface PgPoolClient extends PgQueryable {
  release(destroy?: boolean): void;
  on(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
  removeAllListeners(event?: string): unknown;
}

/** What kysely and BullMQ need of a `pg.Pool`; a real one fits, and so does the embedded one. Event: `error`. */
export interface PgPoolLike extends PgQueryable {
  connect(): Promise<PgPoolClient>;
  end(): Promise<void>;
  on(event: string, listener: Listener): unknown;
  removeAllListeners(event?: string): unknown;
  readonly options: object;
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}
