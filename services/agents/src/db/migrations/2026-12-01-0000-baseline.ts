import { createJobsTable } from '@drippulse/db';
import { createUsageTables } from '@drippulse/entitlements';
import { createEventTables } from '@drippulse/events';
import { createSuspensionsTable } from '@drippulse/service';
import { createIdempotencyTable } from '@drippulse/writes';
import type { Kysely } from 'kysely';
import { createAgents } from './baseline/agents.ts';
import { insertBuiltInTemplates } from './baseline/built-in-templates.ts';
import { createEffects } from './baseline/effects.ts';
import { createEvalSets } from './baseline/eval-sets.ts';
import { createExecutions } from './baseline/executions.ts';
import { createLedger } from './baseline/ledger.ts';
import { createModelConnections } from './baseline/model-connections.ts';
import { createRecords } from './baseline/records.ts';
import { createTemplates } from './baseline/templates.ts';
import { createTrainings } from './baseline/trainings.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createUsageTables(db);
  await createJobsTable(db);
  await createSuspensionsTable(db);
  await createTemplates(db);
  await insertBuiltInTemplates(db);
  await createAgents(db);
  await createExecutions(db);
  await createRecords(db);
  await createEffects(db);
  await createLedger(db);
  await createTrainings(db);
  await createEvalSets(db);
  await createModelConnections(db);
}
