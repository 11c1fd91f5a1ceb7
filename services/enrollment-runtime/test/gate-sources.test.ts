import { randomUUIDv7 } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { CrmLeadSchema, CrmLeadStatus } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { enrollIn, sendEvent } from './events.ts';
import { type Harness, startHarness } from './harness.ts';
import { json, makeWorkflow, passToMidHour, type SettingsInput, type StepInput } from './workflow.ts';

const hourMs = 3_600_000;
const person = { id: randomUUIDv7(), publicId: 'lead_ada', email: 'ada@example.com', custom: json({}) };
const hold = { type: 'wait', duration: 30, unit: 'days' };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  passToMidHour(harness);
  harness.crm.leads.push(create(CrmLeadSchema, { ...person, status: CrmLeadStatus.NEW }));
});
afterAll(() => harness.stop());

type Source = {
  trigger: StepInput;
  /** Lets the person enter the workflow, unless the workflow's rules say otherwise. */
  enter(workflowId: bigint): Promise<unknown>;
};

const sources: Readonly<Record<string, Source>> = {
  'a call': {
    trigger: { type: 'trigger' },
    enter: (workflowId) => enrollIn(harness, workflowId, [{ email: person.email }]).catch(() => []),
  },
  'an event of the organization': {
    trigger: { type: 'trigger', kind: 'event', event_name: 'order.paid' },
    enter: () => sendEvent(harness, 'order.paid', person.email),
  },
  'a lead that a form creates': {
    trigger: { type: 'trigger', kind: 'event', event_name: 'lead.created' },
    async enter() {
      const id = `evt_${randomUUIDv7()}`;
      const time = timestampFromDate(new Date());
      const payload = { case: 'leadCreated' as const, value: person };
      await harness.publishCrm(
        create(CrmEventSchema, { id, time, organizationId: 1n, sequence: 1n, aggregate: `lead:${id}`, payload }),
      );
      await harness.crmHandled();
    },
  },
  'a schedule with a source of records': {
    trigger: {
      type: 'trigger',
      frequency: 'hourly',
      timezone: 'Europe/Berlin',
      source: { record_type: 'lead', filter: { status: 'new' } },
    },
    async enter() {
      harness.pass(hourMs);
    },
  },
};

const rules: readonly [rule: string, settings: SettingsInput, outcome: { entered: bigint; heldOut: bigint }][] = [
  ['never again', { re_entry: { mode: 'never' } }, { entered: 1n, heldOut: 0n }],
  [
    'twice in a week',
    { re_entry: { mode: 'always', max_per: { count: 2, duration: 7, unit: 'days' } } },
    { entered: 2n, heldOut: 0n },
  ],
  ['one at a time', { re_entry: { mode: 'always', concurrent: 1 } }, { entered: 1n, heldOut: 0n }],
  [
    'held out, and never again',
    { re_entry: { mode: 'never' }, holdout: { percent: 100 } },
    { entered: 0n, heldOut: 1n },
  ],
];

const cases = Object.keys(sources).flatMap((source) => rules.map((rule) => [source, ...rule] as const));

test.each(cases)('%s passes the same gate, which lets a person in: %s', async (name, _rule, settings, outcome) => {
  const { trigger, enter } = sources[name] ?? {};
  if (trigger === undefined || enter === undefined) throw new Error(`there is no source ${name}`);
  const { id: workflowId } = await makeWorkflow(harness, [trigger, hold], { settings });
  const came = async () => {
    const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId });
    const { rows } = await sql<{ reason: string }>`
      select reason from refused_entries where workflow_id = ${workflowId}`.execute(harness.db);
    const { totalEnrollments = 0n, holdout = 0n } = stepFunnel?.totals ?? {};
    return { entered: totalEnrollments, heldOut: holdout, refused: rows.map(({ reason }) => reason) };
  };
  for (let times = 1; times <= 3; times += 1) {
    await enter(workflowId);
    await eventually(async () => {
      const { entered, heldOut, refused } = await came();
      expect(Number(entered + heldOut) + refused.length).toBe(times);
    });
  }
  const refused = Array.from({ length: 3 - Number(outcome.entered + outcome.heldOut) }, () => 're_entry');
  expect(await came()).toEqual({ ...outcome, refused });
});
