import type { Caller } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Parameters } from '../parameters.ts';
import type { Table } from '../tables/table.ts';

/** The context in which a table is read. `caller` is this service, in the organization and the mode of the report. */
export type Reading = { caller: Caller; parameters: Parameters; timezone: string };

/** Reads the table of a report of one type from the services that own its data. */
export type Source = (ctx: Context, reading: Reading) => Promise<Table>;
