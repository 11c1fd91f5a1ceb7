import pg from 'pg';
import { currentReading } from '../reading/reading.ts';
import { isBound, runBound } from '../reading/run-bound.ts';

type Callback = (error: Error | null, result: pg.QueryResult) => void;
type Values = readonly unknown[] | Callback;

/**
 * pg's client, with three differences:
 *
 * - An awaited query is created with its callback. pg itself adds the callback later, and V8 then keeps the results of
 *   those queries until it collects old objects: 15 % of the allocated memory was copied twice, and old objects were
 *   collected twice as often.
 * - A query object (`pg.Query`, such as a COPY) may be passed as the only parameter, because Kysely can pass only text
 *   and parameters. The object is then sent in place of the text.
 * - A statement that runs within a reading (`readWithin`) ends with the reading.
 */
export class Client extends pg.Client {
  readonly #config: pg.ClientConfig;

  constructor(config: pg.ClientConfig = {}) {
    super(config);
    this.#config = config;
  }

  // pg.Client declares `query` with overloads: it returns a promise, nothing (with a callback), or the query object
  // itself (for example a cursor).
  override query = ((text: string | pg.QueryConfig, values?: Values, callback?: Callback): unknown => {
    const isAwaited = callback === undefined && typeof values !== 'function' && !('submit' in Object(text));
    if (!isAwaited) return super.query(text as string, values as unknown[], callback as Callback);
    const reading = currentReading();
    const [first] = values ?? [];
    if (reading !== undefined && typeof text === 'string' && isBound(text) && !(first instanceof pg.Query)) {
      return runBound(this, this.#config, reading, { text, values: values as unknown[] });
    }
    return new Promise((resolve, reject) => {
      const settle: Callback = (error, result) => (error ? reject(error) : resolve(result));
      if (first instanceof pg.Query) super.query(first as unknown as string, [], settle);
      else super.query(text as string, values as unknown[], settle);
    });
  }) as pg.Client['query'];
}
