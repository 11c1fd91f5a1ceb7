import type { HandlerContext } from '@connectrpc/connect';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Mapping } from '../sources/mapping/mapping.ts';
import type { ReadRow } from '../sources/readers/page.ts';
import type { DataSourceRow } from '../sources/rows.ts';
import { externalSystemOf } from './write-batches.ts';
import { mapRows, type WriteOptions, writeMapped } from './write-rows.ts';

type Forecast = Pick<DataSourceRow, 'id' | 'target' | 'blank' | 'existing' | 'dedupe_by' | 'write_mode'>;

/**
 * Returns a function that sends rows to the CRM for a dry run, with the options of a data source. The CRM writes
 * nothing.
 */
export function forecastOf(ctx: Context, call: HandlerContext, source: Forecast) {
  return (rows: readonly ReadRow[], mapping: Mapping) => {
    const options: WriteOptions = {
      caller: { ...callerOf(call), role: 'editor' },
      mapping,
      target: source.target,
      clearsBlanks: source.blank === 'clear',
      externalSystem: externalSystemOf(source.id),
      now: ctx.clock.now(),
      dedupeBy: source.dedupe_by,
      writeMode: source.write_mode,
      fillsBlanks: source.existing === 'fill_blanks',
      isDry: true,
    };
    return writeMapped(ctx, mapRows(rows, options), options);
  };
}
