import { provisionSchema } from '@drippulse/db';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { owners } from '@drippulse/topology';
import { loadService } from './load-service.ts';
import { eventSchema, type Secrets, StartError } from './secrets.ts';

/**
 * Addresses of the database by schema, for each service and for the embedded event log. Each address has a role of its
 * own.
 */
export type DatabaseUrls = ReadonlyMap<string, string>;

/** Creates the missing schemas and roles of services, and migrates every schema. */
export async function prepareSchemas(adminUrl: string, secrets: Secrets): Promise<DatabaseUrls> {
  const urls = new Map<string, string>();
  for (const { name, schema } of owners) {
    const service = await loadService(name);
    const url = await provision(adminUrl, secrets, schema);
    await service.migrate?.(url);
    urls.set(schema, url);
  }
  const events = await provision(adminUrl, secrets, eventSchema);
  await migrateEmbeddedTransport(events);
  return urls.set(eventSchema, events);
}

/** Creates a role and its schema if they are missing. Returns the address with the role's password. */
export async function provision(adminUrl: string, secrets: Secrets, schema: string): Promise<string> {
  const password = secrets.rolePasswords[schema];
  if (password === undefined) throw new StartError(`secrets.json holds no password for the role of ${schema}.`);
  return provisionSchema({ adminUrl, schema, role: `drippulse_${schema}`, password });
}
