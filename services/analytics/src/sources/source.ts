import type { Caller } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Parameters } from '../parameters.ts';
import type { Table } from '../tables/table.ts';

/** What a table is read by. `caller` is this service, in the organization and the mode of the report. */
export type Reading = { caller: Caller; parameters: Parameters; timezone: string };

/** Reads what a report of one type has, from the services that know it. */
export type Source = (ctx: Context, reading: Reading) => Promise<Table>;
