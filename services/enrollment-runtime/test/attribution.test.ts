import { randomUUIDv7 } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { connectDatabase } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import type { CrmOpportunitySchema } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { AttributionTouch } from '@drippulse/proto/drippulse/enrollments/v1/attribution_pb';
import { eventually, measureStatements } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Asked, findTouches } from '../src/attribution/find-touch.ts';
import type { DB } from '../src/db/schema.ts';
import { enrollIn } from './events.ts';
import { type Harness, startHarness } from './harness.ts';
import { json, makeWorkflow } from './workflow.ts';

const dayMs = 86_400_000;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

/** Returns a contact of the CRM. */
function contactOf(id: string): { id: string; publicId: string; email: string } {
  const contact = { id: `${id}-uuid`, publicId: `cnt_${id}`, email: `${id}@touch.org` };
  harness.crm.contacts.push(create(CrmContactSchema, { ...contact, custom: json({}) }));
  return contact;
}

async function win(contactId: string, value: MessageInitShape<typeof CrmOpportunitySchema> = {}, id = randomUUIDv7()) {
  const opportunity = { id: randomUUIDv7(), publicId: 'opp_1', contactId, custom: json({}), ...value };
  const event = create(CrmEventSchema, {
    ...{
      id: `evt_${id}`,
      organizationId: 1n,
      sequence: 1n,
      aggregate: 'opportunity:1',
      time: timestampFromDate(new Date()),
    },
    payload: { case: 'opportunityWon', value: opportunity },
  });
  await harness.publishCrm(event);
  return id;
}

function attributed(workflowId: bigint) {
  return harness.published.flatMap(({ payload }) =>
    payload.case === 'opportunityAttributed' && payload.value.workflowId === workflowId ? [payload.value] : [],
  );
}

/** Stores a mail that an enrollment sent `sentDays` days ago, and its click, if any, `clickedDays` days ago. */
async function mail(enrollmentId: bigint | undefined, workflowId: bigint, sentDays: number, clickedDays?: number) {
  const ago = (days: number) => new Date(Date.now() - days * dayMs);
  await harness.db
    .insertInto('deliveries')
    .values({
      ...{ organization_id: 1n, workflow_id: workflowId, enrollment_id: enrollmentId ?? 0n, status: 'sent' },
      ...{ queued_at: ago(sentDays), sent_at: ago(sentDays), channel: 'email', integration_id: 'internal' },
      ...{ receiver: 'r', subject: 's', step_id: 'mail', effect_key: randomUUIDv7(), message_id: randomUUIDv7() },
      clicked_at: clickedDays === undefined ? null : ago(clickedDays),
    })
    .execute();
}

const wait = [{ id: 'pause', type: 'wait', duration: 30, unit: 'days' }];

test('a won opportunity goes to the last click, without one to the last mail, without one to the last entry', async () => {
  const { id: first } = await makeWorkflow(harness, wait);
  const { id: second } = await makeWorkflow(harness, wait);
  const contact = contactOf('ada');
  const [byEmail] = await enrollIn(harness, first, [{ email: contact.email.toUpperCase() }]);
  const [byRef] = await enrollIn(harness, second, [{ lead_ref: contact.publicId }]);
  await win(contact.id, { amountCents: 100n, currency: 'EUR' });
  await eventually(() =>
    expect(attributed(second)).toMatchObject([
      { touch: AttributionTouch.ENTRY, stepId: '', version: 1, amountCents: 100n, currency: 'EUR' },
    ]),
  );
  await mail(byEmail, first, 5);
  await win(contact.id);
  await eventually(() =>
    expect(attributed(first)).toMatchObject([{ touch: AttributionTouch.DELIVERY, stepId: 'mail' }]),
  );
  await mail(byRef, second, 20, 10);
  await mail(byRef, second, 50, 40);
  const id = await win(contact.id);
  await win(contact.id, {}, id);
  await eventually(() => expect(attributed(second)).toHaveLength(2));
  expect(attributed(second)[1]).toMatchObject({ touch: AttributionTouch.CLICK });
  expect(attributed(second)[1]?.amountCents).toBeUndefined();
  await win(contact.id, { amountCents: 7n });
  await eventually(() => expect(attributed(second)).toHaveLength(3));
  expect(attributed(first)).toHaveLength(1);
});

test('touches of more than 30 days ago, of others, and of nobody count for no workflow', async () => {
  const { id: workflowId } = await makeWorkflow(harness, wait);
  const [old, other] = [contactOf('old'), contactOf('other')];
  await enrollIn(harness, workflowId, [{ email: old.email }, { email: 'somebody@touch.org' }]);
  await sql`update enrollments set created_at = created_at - interval '31 days' where workflow_id = ${workflowId}`.execute(
    harness.db,
  );
  await win(old.id);
  await win(other.id);
  await win('gone');
  const { id: seen } = await makeWorkflow(harness, wait);
  const last = contactOf('last');
  await enrollIn(harness, seen, [{ email: last.email }]);
  await win(last.id);
  await eventually(() => expect(attributed(seen)).toHaveLength(1));
  expect(attributed(workflowId)).toEqual([]);
});

test('opportunities that are won together go each to its own workflow, and one that comes twice counts once', async () => {
  const { id: first } = await makeWorkflow(harness, wait);
  const { id: second } = await makeWorkflow(harness, wait);
  const people = Array.from({ length: 45 }, (_, index) => contactOf(`many${index}`));
  for (const [index, { email }] of people.entries()) {
    if (index % 3 < 2) await enrollIn(harness, index % 3 === 0 ? first : second, [{ email }]);
  }
  const ids = await Promise.all(
    people.map(({ id }, index) => win(id, { amountCents: BigInt(index), currency: 'EUR' })),
  );
  await Promise.all(
    people.map(({ id }, index) => win(id, { amountCents: BigInt(index), currency: 'EUR' }, ids[index])),
  );
  const amountsOf = (workflowId: bigint) => attributed(workflowId).map(({ amountCents }) => Number(amountCents));
  const wanted = (rest: number) => people.map((_, index) => index).filter((index) => index % 3 === rest);
  const byNumber = (one: number, other: number) => one - other;
  await eventually(() => expect(amountsOf(first).sort(byNumber)).toEqual(wanted(0)));
  await eventually(() => expect(amountsOf(second).sort(byNumber)).toEqual(wanted(1)));
});

test('the touches of any number of people in any number of workflows are one statement', async () => {
  const workflows: bigint[] = [];
  for (let index = 0; index < 6; index += 1) workflows.push((await makeWorkflow(harness, wait)).id);
  const people = Array.from({ length: 90 }, (_, index) => ({ email: `set${index}@touch.org`, ref: `set-${index}` }));
  const entered = people.map((_, index) => workflows[index % workflows.length] ?? 0n);
  for (const workflowId of workflows) {
    const own = people.filter((_, index) => entered[index] === workflowId);
    await enrollIn(
      harness,
      workflowId,
      own.map(({ email, ref }, index) => (index % 2 === 0 ? { email } : { lead_ref: ref })),
    );
  }
  const log = createLogger({ level: 'fatal' });
  const db = connectDatabase<DB>({
    url: harness.config.databaseUrl,
    schema: 'enrollments',
    service: 'test',
    log,
    max: 1,
  });
  try {
    const measure = measureStatements(db.pool);
    const askedOf = (some: typeof people): Asked[] =>
      some.map(({ email, ref }) => ({
        organizationId: 1n,
        mode: 'live',
        names: { email, refs: [ref, 'none'] },
        at: new Date(),
      }));
    for (const count of [1, 2, people.length]) {
      const { result, costs } = await measure(() => findTouches(db.kysely, askedOf(people.slice(0, count))));
      expect(result.map((touch) => touch?.workflow_id)).toEqual(entered.slice(0, count));
      expect(costs).toHaveLength(1);
    }
    expect((await measure(() => findTouches(db.kysely, []))).costs).toEqual([]);
    expect(
      await findTouches(db.kysely, [
        { organizationId: 1n, mode: 'live', names: { email: undefined, refs: [] }, at: new Date() },
      ]),
    ).toEqual([undefined]);
  } finally {
    await db.close();
  }
});
