import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Author } from './author.ts';
import type { Made } from './count-new-records.ts';

/** A write of records: its transaction, and the author for the audit stream and the events. */
export type Write = {
  ctx: Context;
  trx: Transaction<DB>;
  author: Author;
  /** Number of records that the write has made. They are counted in the chain that the write continues. */
  made: Made;
  /** Users who may become the owner of a record. Default: no users. */
  members?: ReadonlySet<bigint>;
};
