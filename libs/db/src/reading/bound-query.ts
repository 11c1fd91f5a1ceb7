import pg from 'pg';
import type { Reading } from './reading.ts';

type Callback = (error: Error | null, result: pg.QueryResult) => void;
type Query = Omit<pg.Query, 'submit'> & {
  handleDataRow(message: { length: number }): void;
  submit(connection: pg.Connection): Error | null;
};

/** pg's query, with the members that pg's types omit. */
const Query = pg.Query as unknown as new (config: pg.QueryConfig, callback: Callback) => Query;

/**
 * A statement that counts the bytes of its rows as they arrive. Once the reading has ended, the statement is not sent,
 * and rows that still arrive are dropped unparsed.
 */
export class BoundQuery extends Query {
  readonly #reading: Reading;

  constructor(config: pg.QueryConfig, reading: Reading, callback: Callback) {
    super(config, callback);
    this.#reading = reading;
  }

  override handleDataRow(message: { length: number }): void {
    this.#reading.count(message.length);
    if (this.#reading.ended === undefined) super.handleDataRow(message);
  }

  override submit(connection: pg.Connection): Error | null {
    return this.#reading.ended === undefined ? super.submit(connection) : new Error('the reading has ended');
  }
}
