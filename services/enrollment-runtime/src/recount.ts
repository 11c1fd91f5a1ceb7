import { connectDatabase } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { readConfig } from './config.ts';
import type { DB } from './db/schema.ts';
import { recountFunnel } from './funnel/recount-funnel.ts';

/** `node services/enrollment-runtime/src/recount.ts <workflow id>` checks that a workflow's funnel equals its rows. */
const [workflowId = ''] = process.argv.slice(2);
if (!/^\d+$/.test(workflowId)) {
  console.error('Which workflow? node services/enrollment-runtime/src/recount.ts <workflow id>');
  process.exit(1);
}
const url = readConfig(process.env).databaseUrl;
const log = createLogger({ level: 'warn' });
const db = connectDatabase<DB>({ url, schema: 'enrollments', service: 'recount', log, max: 1 });
try {
  const differences = await recountFunnel(db.kysely, BigInt(workflowId));
  for (const { version, stepId, mode, counted, counter, rows } of differences) {
    console.log(`version ${version}, step ${stepId}, ${mode}: ${counted} says ${counter}, the rows are ${rows}`);
  }
  console.log(differences.length === 0 ? 'The funnel says what the rows do.' : `${differences.length} numbers differ.`);
  process.exitCode = differences.length === 0 ? 0 : 1;
} finally {
  await db.close();
}
