import { CompiledQuery, sql, type Transaction } from 'kysely';
import { giveBack } from './chunks.ts';
import { copyQuery } from './copy-query.ts';
import type { CopyBuffer } from './format.ts';

/**
 * Appends the rows of a buffer to a table with COPY, in the transaction. For many rows this costs the server half as
 * much as an insert. Constraints and triggers apply as they do to an insert. A buffer may be copied only once.
 */
export async function copyBuffer<DB>(
  trx: Transaction<DB>,
  table: string,
  { names, count, end }: Omit<CopyBuffer<never>, 'add' | 'fix'>,
): Promise<void> {
  if (count() === 0) return;
  const columns = sql.join(names.map((name) => sql.id(name)));
  const { sql: text } = sql`copy ${sql.table(table)} (${columns}) from stdin (format binary)`.compile(trx);
  // When a query object is the only parameter, `Client` sends this object instead of the text.
  const chunks = end();
  await trx.executeQuery(CompiledQuery.raw(text, [copyQuery(text, chunks)]));
  // Chunks are given back only here, where the server has confirmed all of them. After a failed COPY, some chunks may
  // still be waiting to be sent.
  giveBack(chunks);
}
