import type { ServiceBase } from '@drippulse/service';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';

/** The parts that every operation of this service works with. */
export type Context = ServiceBase<Config, DB>;
