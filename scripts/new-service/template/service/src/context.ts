import type { ServiceBase } from '@drippulse/service';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';

/** The dependencies that all operations of this service share. */
export type Context = ServiceBase<Config, DB>;
