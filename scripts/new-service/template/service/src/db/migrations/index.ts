import type { Migration } from 'kysely/migration';
import * as baseline from './__time__-__name__.ts';

export const migrations: Record<string, Migration> = { '__time__-__name__': baseline };
