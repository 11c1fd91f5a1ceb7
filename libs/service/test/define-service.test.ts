import type { Database } from '@drippulse/db';
import { createEventTables, migrateEmbeddedTransport } from '@drippulse/events';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { createIdempotencyTable } from '@drippulse/writes';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Kysely } from 'kysely';
import { createHarness } from '../src/harness/index.ts';
import { configReader, defineService, type Keep, type ServiceBase, type ServiceConfig } from '../src/index.ts';

type Base = ServiceBase<ServiceConfig, unknown>;

const migrations = {
  tables: {
    async up(db: Kysely<unknown>) {
      await createIdempotencyTable(db);
      await createEventTables(db);
    },
  },
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ name: 'service' });
  await serviceThat(() => undefined).migrate(database.url);
  await migrateEmbeddedTransport(database.url);
});
afterAll(() => database.drop());

/** Defines a service under the name `workflows` of the table of services. The test gives its `open`. */
function serviceThat(open: (base: Base, keep: Keep) => void) {
  return defineService<ServiceConfig, unknown>({
    name: 'workflows',
    readConfig: configReader({}, () => ({})),
    migrations,
    organizationTables: {},
    open(base, keep) {
      open(base, keep);
      return () => undefined;
    },
  });
}

test('parts are stopped in reverse order of opening, after the service left its peers', async () => {
  const stopped: string[] = [];
  const harness = await createHarness(
    serviceThat(({ peers }, keep) => {
      for (const name of ['first', 'second']) {
        keep({ stop: async () => stopped.push(`${name}, serving: ${await peers.isServing('workflows')}`) });
      }
    }),
    { database },
  );
  await harness.start();
  expect(await harness.peers.isServing('workflows')).toBe(true);
  await harness.stopServices();
  expect(stopped).toEqual(['second, serving: false', 'first, serving: false']);
  await harness.stop();
});

test('a start that fails half way stops the parts that it opened, and closes its database', async () => {
  const stopped: string[] = [];
  let db: Database<unknown> | undefined;
  const harness = await createHarness(
    serviceThat((base, keep) => {
      db = base.db;
      keep({ stop: async () => stopped.push('opened') });
      throw new Error('the second part does not open');
    }),
    { database },
  );
  await expect(harness.start()).rejects.toThrow('the second part does not open');
  expect(stopped).toEqual(['opened']);
  expect(db?.pool.ended).toBe(true);
  expect(await harness.peers.isServing('workflows')).toBe(false);
  await harness.stop();
});

test('a service calls only the services that the table gives it', async () => {
  const harness = await createHarness(
    serviceThat(({ client }) => {
      expect(client(RuntimeService)).toBeDefined();
      client(CrmContactsService);
    }),
    { database },
  );
  await expect(harness.start()).rejects.toThrow('does not say that workflows calls crm');
  await harness.stop();
});
