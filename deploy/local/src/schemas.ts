import { migrateService as migrateCrm } from '@drippulse/crm/migrate';
import { provisionSchema } from '@drippulse/db';
import { migrateService as migrateRuntime } from '@drippulse/enrollment-runtime/migrate';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { migrateService as migrateGateway } from '@drippulse/gateway/migrate';
import { migrateService as migrateWebhooks } from '@drippulse/webhook-delivery/migrate';
import { migrateService as migrateWorkflows } from '@drippulse/workflows/migrate';
import { type Secrets, StartError, schemas } from './secrets.ts';

/** Address of the database for each service and for the embedded event log, each with a role of its own. */
export type DatabaseUrls = Record<keyof typeof schemas, string>;

/** Makes the schema and role of each service where they are missing, and brings every schema up to date. */
export async function prepareSchemas(adminUrl: string, secrets: Secrets): Promise<DatabaseUrls> {
  return {
    gateway: await prepareSchema(adminUrl, secrets, schemas.gateway, migrateGateway),
    workflows: await prepareSchema(adminUrl, secrets, schemas.workflows, migrateWorkflows),
    'enrollment-runtime': await prepareSchema(adminUrl, secrets, schemas['enrollment-runtime'], migrateRuntime),
    'webhook-delivery': await prepareSchema(adminUrl, secrets, schemas['webhook-delivery'], migrateWebhooks),
    crm: await prepareSchema(adminUrl, secrets, schemas.crm, migrateCrm),
    events: await prepareSchema(adminUrl, secrets, schemas.events, migrateEmbeddedTransport),
  };
}

/** Makes the role and schema of one service where they are missing; returns the address with the role's password. */
export async function provision(adminUrl: string, secrets: Secrets, schema: string): Promise<string> {
  const password = secrets.rolePasswords[schema];
  if (password === undefined) throw new StartError(`secrets.json holds no password for the role of ${schema}.`);
  return provisionSchema({ adminUrl, schema, role: `drippulse_${schema}`, password });
}

async function prepareSchema(
  adminUrl: string,
  secrets: Secrets,
  schema: string,
  migrateService: (url: string) => Promise<unknown>,
): Promise<string> {
  const url = await provision(adminUrl, secrets, schema);
  await migrateService(url);
  return url;
}
