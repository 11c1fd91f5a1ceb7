import { createHmac } from 'node:crypto';
import { connectDatabase } from '@drippulse/db';
import { InboundCrmService } from '@drippulse/proto/drippulse/crm/v1/lead_scores_pb';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { bareBase, testLogger } from '@drippulse/service/harness';
import { countHashed, createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCaptcha } from '../src/captcha.ts';
import type { DB } from '../src/db/schema.ts';
import { makeDecoy, makeSecret, purpose, sealSecret } from '../src/inbound-secrets/secrets.ts';
import { createMembers } from '../src/members.ts';
import { createServiceMetrics } from '../src/metrics.ts';
import { routesOf } from '../src/rpc/index.ts';
import { service } from '../src/service.ts';
import { anonymous } from './harness.ts';
import { refusal } from './refusal.ts';

let database: TestDatabase;
let opened: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  database = await createTestDatabase({
    name: 'crm_score_work',
    prepare: async (url) => void (await service.migrate(url)),
  });
  opened = await open(database.url);
});
afterAll(async () => {
  await opened.db.close();
  await database.drop();
});

/** Opens the operations, and counts their statements and opened secrets. */
async function open(url: string) {
  const work = { statements: 0, opened: 0 };
  const db = connectDatabase<DB>({ url, schema: 'crm', service: 'test', log: testLogger(), max: 1 });
  db.pool.on('connect', (client) => {
    const query = client.query.bind(client);
    Object.assign(client, {
      query(...given: Parameters<typeof query>) {
        work.statements += 1;
        return query(...given);
      },
    });
  });
  const base = bareBase(service, db);
  const sealer: typeof base.sealer = {
    ...base.sealer,
    open(...given) {
      work.opened += 1;
      return base.sealer.open(...given);
    },
  };
  base.serve(
    routesOf({
      ...base,
      sealer,
      decoy: makeDecoy(sealer),
      metrics: createServiceMetrics(base.registry),
      captcha: createCaptcha(base.config),
      members: createMembers(base.client(IdentityService)),
      clients: {
        account: base.client(AccountService),
        workflows: base.client(WorkflowsService),
        enrollments: base.client(EnrollmentsService),
        chains: base.client(ChainsService),
      },
      wake: { enrollSubmissions: () => undefined, imports: () => undefined },
    }),
  );
  const secret = makeSecret();
  const box = (organizationId: bigint) => sealSecret(sealer, organizationId, secret);
  const now = new Date();
  await db.kysely
    .insertInto('inbound_secrets')
    .values([
      { organization_id: 1n, purpose, slug: 'one', secret: box(1n), created_at: now },
      {
        organization_id: 2n,
        purpose,
        slug: 'rotated',
        secret: box(2n),
        previous_secret: box(2n),
        previous_secret_until: new Date(now.getTime() + 3_600_000),
        created_at: now,
      },
    ])
    .execute();
  return { db, work, secret, inbound: base.clientsFrom(serviceOf('identity'), InboundCrmService)(anonymous) };
}

test('a refused signature costs one statement, two opened secrets and two hashes of the body, whoever is named', async () => {
  const { work, secret, inbound } = opened;
  const data = Buffer.alloc(70_001, ' ');
  const hashed = countHashed(data.length);
  const signed = (id: string, at: string) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${at}.`).update(data).digest('base64')}`;
  };
  const at = String(Math.floor(Date.now() / 1000));
  for (const [org, signature] of [
    ['nobody', signed('m1', at)],
    ['nobody', ''],
    ['one', signed('other', at)],
    ['one', ''],
    ['rotated', signed('other', at)],
    ['', 'v1,AAAA'],
  ] as const) {
    Object.assign(work, { statements: 0, opened: 0 });
    hashed.count = 0;
    const headers = { 'webhook-id': 'm1', 'webhook-timestamp': at, 'webhook-signature': signature };
    const answer = await refusal(inbound.receiveLeadScore({ org, body: { contentType: '', data } }, { headers }));
    expect({ org, signature, answer: answer?.error, ...work, hashed: hashed.count }).toEqual({
      org,
      signature,
      answer: 'unauthenticated invalid_signature',
      statements: 1,
      opened: 2,
      hashed: 2,
    });
  }
  hashed.stop();
});
