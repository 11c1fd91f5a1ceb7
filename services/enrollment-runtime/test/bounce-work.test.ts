import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { connectDatabase } from '@drippulse/db';
import { BouncesService } from '@drippulse/proto/drippulse/messaging/v1/bounces_pb';
import { bareBase, testLogger } from '@drippulse/service/harness';
import { countHashed, createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { publicService } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { reportBounces } from '../src/rpc/report-bounces.ts';
import { service } from '../src/service.ts';
import { nobody } from './harness.ts';
import { sendgridReport, standardReport } from './reports.ts';
import { refusal } from './workflow.ts';

const secret = randomBytes(32);
const sendgrid = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let database: TestDatabase;
let opened: ReturnType<typeof open>;
beforeAll(async () => {
  database = await createTestDatabase({
    name: 'bounce_work',
    prepare: async (url) => void (await service.migrate(url)),
  });
  opened = open(database.url);
});
afterAll(async () => {
  await opened.db.close();
  await database.drop();
});

/** Serves the operation and counts its statements, with verification keys and without. */
function open(url: string) {
  const work = { statements: 0 };
  const db = connectDatabase<DB>({ url, schema: 'enrollments', service: 'test', log: testLogger(), max: 1 });
  db.pool.on('connect', (client) => {
    const query = client.query.bind(client);
    Object.assign(client, {
      query(...given: Parameters<typeof query>) {
        work.statements += 1;
        return query(...given);
      },
    });
  });
  const bouncesOf = (keys: object) => {
    const base = bareBase(service, db);
    Object.assign(base.config, keys);
    // A refusal uses no other member of the context. If it did, the access to a missing member would fail as an
    // internal error.
    const ctx = { ...base, dbNow: sql<Date>`now()` } as unknown as Context;
    base.serve((router) => {
      router.service(BouncesService, { reportBounces: (request, call) => reportBounces(ctx, request, call) });
    });
    return base.clientsFrom(publicService, BouncesService)(nobody);
  };
  return {
    db,
    work,
    withKeys: bouncesOf({ bounceSecret: secret, sendgridKey: sendgrid.publicKey }),
    withoutKeys: bouncesOf({}),
  };
}

test('a refused signature costs one statement and one hash of the body, whatever mail it names, and with or without a secret', async () => {
  const { work, withKeys, withoutKeys } = opened;
  const at = Math.floor(Date.now() / 1_000);
  const ofMail = (id: string) => JSON.stringify({ type: 'bounce', message_id: id }).padEnd(70_001);
  const hashed = countHashed(70_001);
  const cases = [
    { what: 'a mail that nobody has', bounces: withKeys, body: ofMail('<nobody@example.org>'), key: randomBytes(32) },
    { what: 'no report', bounces: withKeys, body: ' '.repeat(70_001), key: randomBytes(32) },
    { what: 'an empty key', bounces: withKeys, body: ofMail('<a@example.org>'), key: Buffer.alloc(0) },
    { what: 'no secret', bounces: withoutKeys, body: ofMail('<a@example.org>'), key: randomBytes(32) },
    {
      what: 'no secret, and an empty key',
      bounces: withoutKeys,
      body: ofMail('<a@example.org>'),
      key: Buffer.alloc(0),
    },
  ];
  for (const { what, bounces, body, key } of cases) {
    const { request, options } = standardReport(body, { key, at });
    Object.assign(work, { statements: 0 });
    hashed.count = 0;
    const answer = await refusal(bounces.reportBounces(request, options));
    expect({ what, answer, ...work, hashed: hashed.count }).toEqual({
      what,
      answer: 'unauthenticated invalid_signature',
      statements: 1,
      hashed: 1,
    });
  }
  hashed.stop();
});

test('a refused signature of SendGrid costs one statement, and a connection costs none, whosever it is', async () => {
  const { work, withKeys, withoutKeys } = opened;
  const at = Math.floor(Date.now() / 1_000);
  const forged = sendgridReport([], { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, at });
  for (const bounces of [withKeys, withoutKeys]) {
    Object.assign(work, { statements: 0 });
    const answer = await refusal(bounces.reportBounces(forged.request, forged.options));
    expect({ answer, ...work }).toEqual({ answer: 'unauthenticated invalid_signature', statements: 1 });
  }
  const right = standardReport({ type: 'bounce', message_id: '<a@example.org>' }, { key: secret, at });
  for (const connection of ['1', '999999', "' or true --"]) {
    Object.assign(work, { statements: 0 });
    const answer = await refusal(withKeys.reportBounces({ ...right.request, connection }, right.options));
    expect({ answer, ...work }).toEqual({ answer: 'not_found connection_not_found', statements: 0 });
  }
});
