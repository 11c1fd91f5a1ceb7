import pg from 'pg';

type Callback = (error: Error | null, result: pg.QueryResult) => void;
type Values = readonly unknown[] | Callback;

/**
 * pg's client, with two differences:
 *
 * A query whose result is awaited gets its callback when it is made. pg adds the callback later, and V8 then keeps what
 * such queries have read until it collects old objects: 15 % of the allocated memory was copied twice, and old objects
 * were collected twice as often.
 *
 * A query of its own kind (`pg.Query`, such as a COPY) may be passed as the only parameter, and is then sent in place
 * of the text. Kysely passes a text and parameters and nothing else.
 */
export class Client extends pg.Client {
  // pg.Client types `query` by overloads: the result is a promise, nothing (callback) or the query itself (cursor).
  override query = ((text: string | pg.QueryConfig, values?: Values, callback?: Callback): unknown => {
    const isAwaited = callback === undefined && typeof values !== 'function' && !('submit' in Object(text));
    if (!isAwaited) return super.query(text as string, values as unknown[], callback as Callback);
    return new Promise((resolve, reject) => {
      const settle: Callback = (error, result) => (error ? reject(error) : resolve(result));
      const [first] = values ?? [];
      if (first instanceof pg.Query) super.query(first as unknown as string, [], settle);
      else super.query(text as string, values as unknown[], settle);
    });
  }) as pg.Client['query'];
}
