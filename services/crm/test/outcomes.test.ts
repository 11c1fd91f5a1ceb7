import { CrmLeadStatus } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmStageType } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { CrmOutcomeSubject, CrmOutcomesService } from '@drippulse/proto/drippulse/crm/v1/outcomes_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const of = (caller = editor) => harness.reach(CrmOutcomesService)(caller);
const { LEADS, OPPORTUNITIES } = CrmOutcomeSubject;
const json = (value: object) => Buffer.from(JSON.stringify(value));

async function createLead(fields: object) {
  return found((await harness.leads(editor).createCrmLead(fields)).lead);
}

async function stageOf(type: CrmStageType): Promise<string> {
  const { pipelines } = await harness.pipelines(editor).listCrmOpportunityPipelines({});
  return found(pipelines[0]?.stages.find(({ stageType }) => stageType === type)).id;
}

test('a lead that ended has the values of its creation, and no more than these', async () => {
  const lead = await createLead({
    email: 'ada@example.com',
    title: 'CTO',
    source: 'webinar',
    custom: json({ size: 7 }),
  });
  await harness.leads(editor).updateCrmLead({
    id: lead.id,
    title: 'CEO',
    phone: '+49',
    score: 99,
    status: CrmLeadStatus.UNQUALIFIED,
    updateMask: { paths: ['title', 'phone', 'score', 'status'] },
  });
  await createLead({ email: 'open@example.com' });
  const gone = await createLead({ email: 'gone@example.com', status: CrmLeadStatus.UNQUALIFIED });
  await harness.leads(editor).deleteCrmLead({ id: gone.id });
  const { outcomes, nextCursor } = await of().listCrmOutcomes({ subject: LEADS });
  expect(outcomes).toMatchObject([{ id: lead.id, won: false, createdAt: lead.createdAt }]);
  expect(JSON.parse(Buffer.from(outcomes[0]?.fields ?? []).toString())).toEqual({
    ...{ email: 'ada@example.com', title: 'CTO', source: 'webinar', custom: { size: 7 } },
  });
  expect(outcomes[0]?.refs).toEqual([lead.id, lead.publicId]);
  expect(nextCursor).toBe('');
  expect(await of().countCrmOutcomes({ subject: LEADS })).toMatchObject({ won: 0n, lost: 1n });
  expect(await of(stranger).countCrmOutcomes({ subject: LEADS })).toMatchObject({ won: 0n, lost: 0n });
  expect((await of(stranger).listCrmOutcomes({ subject: LEADS })).outcomes).toEqual([]);
});

test('a converted lead was won, unless its opportunities were lost; an opportunity brings its contact', async () => {
  const lead = await createLead({ email: 'grace@example.com', company: 'Navy' });
  const converted = await harness
    .leads(editor)
    .convertCrmLead({ id: lead.id, createOpportunity: true, amountCents: 500n });
  const wonOf = async () => {
    const { outcomes } = await of().listCrmOutcomes({ subject: LEADS });
    return outcomes.find(({ id }) => id === lead.id)?.won;
  };
  expect(await wonOf()).toBe(true);
  const id = found(converted.opportunity).id;
  const move = async (type: CrmStageType) =>
    harness.opportunities(editor).updateCrmOpportunity({
      id,
      pipelineStageId: await stageOf(type),
      updateMask: { paths: ['pipeline_stage_id'] },
    });
  await move(CrmStageType.LOST);
  expect(await wonOf()).toBe(false);
  const { outcomes } = await of().listCrmOutcomes({ subject: OPPORTUNITIES });
  expect(outcomes).toMatchObject([{ id, won: false }]);
  expect(JSON.parse(Buffer.from(outcomes[0]?.fields ?? []).toString())).toMatchObject({
    amount_cents: 500,
    contact: { email: 'grace@example.com' },
  });
  expect(outcomes[0]?.refs).toContain(converted.contact?.publicId);
  await move(CrmStageType.WON);
  expect(await wonOf()).toBe(true);
  expect(await of().countCrmOutcomes({ subject: OPPORTUNITIES })).toMatchObject({ won: 1n, lost: 0n });
});

test('pages go on from their cursors, and an erased person is in none of them', async () => {
  const rows = Array.from({ length: 1_100 }, (_, n) => ({
    email: `page-${n}@example.com`,
    status: n % 2 === 0 ? 'unqualified' : 'new',
  }));
  const body = json({ leads: rows });
  async function* upload() {
    yield { body: { contentType: 'application/json', data: body } };
  }
  await harness.bundles(editor).importCrmRecords(upload());
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await of().listCrmOutcomes({ subject: LEADS, cursor });
    expect(page.outcomes.length).toBeLessThanOrEqual(1_000);
    seen.push(...page.outcomes.map(({ id }) => id));
    if (page.nextCursor === '') break;
    cursor = page.nextCursor;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThanOrEqual(550);
  const forged = Buffer.from(JSON.stringify([new Date(0).toISOString(), 'no uuid'])).toString('base64url');
  for (const cursor of ['x', forged]) {
    expect(await refusal(of().listCrmOutcomes({ subject: LEADS, cursor }))).toMatchObject({
      error: 'invalid invalid_cursor',
    });
  }
});
