import { CompiledQuery, sql, type Transaction } from 'kysely';
import { giveBack } from './chunks.ts';
import { copyQuery } from './copy-query.ts';
import type { CopyBuffer } from './format.ts';

/**
 * Appends the rows of a buffer to a table by COPY, in the transaction. For many rows this costs the server half of what
 * an insert does. Constraints and triggers apply as to an insert. A buffer is copied once.
 */
export async function copyBuffer<DB>(
  trx: Transaction<DB>,
  table: string,
  { names, count, end }: Omit<CopyBuffer<never>, 'add'>,
): Promise<void> {
  if (count() === 0) return;
  const columns = sql.join(names.map((name) => sql.id(name)));
  const { sql: text } = sql`copy ${sql.table(table)} (${columns}) from stdin (format binary)`.compile(trx);
  const chunks = end();
  // `Client` sends a query that it finds among the parameters.
  await trx.executeQuery(CompiledQuery.raw(text, [copyQuery(text, chunks)]));
  // The server has all of them. The chunks of a COPY that fails may still wait to be sent, and are not used again.
  giveBack(chunks);
}
