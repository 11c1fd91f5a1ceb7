import { CrmStageType } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { found } from './collections.ts';
import { colleague, editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
let stages: Record<string, string>;
beforeAll(async () => {
  harness = await startHarness();
  stages = await stagesOf();
});
afterAll(() => harness.stop());

/** Returns the ids of the stages of the default pipeline by name. */
async function stagesOf(caller = editor): Promise<Record<string, string>> {
  const { pipelines } = await harness.pipelines(caller).listCrmOpportunityPipelines({});
  return Object.fromEntries(found(pipelines[0]).stages.map(({ name, id }) => [name, id]));
}

async function create(name: string, pipelineStageId?: string) {
  const request = { name, ...(pipelineStageId && { pipelineStageId }) };
  return found((await harness.opportunities(editor).createCrmOpportunity(request)).opportunity);
}

async function move(id: string, pipelineStageId: string | undefined) {
  const updateMask = { paths: ['pipeline_stage_id'] };
  const request = { id, updateMask, ...(pipelineStageId && { pipelineStageId }) };
  return found((await harness.opportunities(editor).updateCrmOpportunity(request)).opportunity);
}

/** Returns the names of the opportunities of a stage, in order. */
async function namesIn(pipelineStageId: string): Promise<string> {
  const list = { pipelineStageId, sort: 'stage_position' };
  const { opportunities } = await harness.opportunities(editor).listCrmOpportunities(list);
  return opportunities.map((row) => row.name).join('');
}

/** Fills the first stage of a new pipeline with these opportunities. */
async function fill(...names: string[]) {
  const { pipeline } = await harness.pipelines(editor).createCrmOpportunityPipeline({ name: names.join('') });
  const stage = found(pipeline?.stages[0]).id;
  const rows = [];
  for (const name of names) rows.push(await create(name, stage));
  return { stage, ids: Object.fromEntries(rows.map((row) => [row.name, row.publicId])), pipeline: found(pipeline) };
}

const reorder = (pipelineStageId: string, orderedIds: (string | undefined)[], caller = editor) =>
  harness
    .opportunities(caller)
    .reorderCrmOpportunities({ pipelineStageId, orderedIds: orderedIds.map((id) => id ?? '') });

test('without a stage an opportunity stands at the end of Unassigned and is open', async () => {
  const first = await create('First');
  const second = await create('Second');
  expect(first).toMatchObject({ pipelineStageId: stages['Unassigned'], status: CrmStageType.OPEN });
  expect(second.stagePosition).toBeGreaterThan(first.stagePosition);
});

test('the status follows the type of the stage, and each move publishes events', async () => {
  const { id } = await create('Acme');
  expect(await move(id, stages['Proposal'])).toMatchObject({ status: CrmStageType.OPEN });
  const won = await move(id, stages['Won']);
  expect(won.status).toBe(CrmStageType.WON);
  expect(won.closedAt).toBeDefined();
  const lost = await move(id, stages['Lost']);
  expect(lost.status).toBe(CrmStageType.LOST);
  const reopened = await move(id, stages['Prospect']);
  expect([reopened.status, reopened.closedAt]).toEqual([CrmStageType.OPEN, undefined]);
  expect(await harness.eventsOf(`opportunity:${id}`, 11)).toEqual([
    '1 opportunityCreated',
    '2 opportunityUpdated',
    '2 opportunityStageChanged',
    '3 opportunityUpdated',
    '3 opportunityStageChanged',
    '3 opportunityWon',
    '4 opportunityUpdated',
    '4 opportunityStageChanged',
    '4 opportunityLost',
    '5 opportunityUpdated',
    '5 opportunityStageChanged',
  ]);
});

test('a move to where it stands already changes nothing', async () => {
  const before = await create('Still');
  expect(await move(before.id, stages['Unassigned'])).toEqual(before);
  expect(await move(before.id, undefined)).toEqual(before);
});

test("an unknown stage and another organization's are refused alike", async () => {
  const { id } = await create('Kept');
  const foreign = (await stagesOf(stranger))['Unassigned'];
  for (const stage of [foreign, '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071', 'x']) {
    const unknown = { error: 'not_found pipeline_stage_not_found', fields: {} };
    expect(await refusal(create('Lost', stage))).toEqual(unknown);
    expect(await refusal(move(id, stage))).toEqual(unknown);
    expect(await refusal(reorder(stage ?? '', [id]))).toEqual(unknown);
  }
});

test('a stage must be one of the pipeline named with it', async () => {
  const { pipeline } = await fill('a');
  const request = { name: 'Lost', pipelineId: pipeline.id, pipelineStageId: stages['Won'] ?? '' };
  expect(await refusal(harness.opportunities(editor).createCrmOpportunity(request))).toMatchObject({
    error: 'invalid validation_failed',
    fields: { pipeline_stage_id: 'is not a stage of this pipeline' },
  });
});

test('a drag writes one row and says one change', async () => {
  const { stage, ids } = await fill('a', 'b', 'c', 'd');
  const answer = await reorder(stage, [ids['d'], ids['a'], ids['b'], ids['c']]);
  expect(answer.movedCount).toBe(1n);
  expect(answer.opportunities.map((row) => row.name)).toEqual(['d', 'a', 'b', 'c']);
  expect(await namesIn(stage)).toBe('dabc');
  const changes = await harness.changes(editor).listCrmChangeEvents({ recordId: ids['d'] ?? '' });
  expect(changes.changeEvents.map((change) => change.action)).toEqual(['updated', 'created']);
});

test('an opportunity dragged from another stage moves into this one', async () => {
  const from = await fill('x');
  const { stage, ids } = await fill('a', 'b');
  await reorder(stage, [ids['a'], from.ids['x'], ids['b']]);
  expect(await namesIn(stage)).toBe('axb');
  expect(await namesIn(from.stage)).toBe('');
});

test('two people who drag at once both have their way, and nothing is lost', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const { stage, ids } = await fill(...names);
  await Promise.all([
    reorder(stage, [ids['f'], ids['a']]),
    reorder(stage, [ids['e'], ids['b']], colleague),
    reorder(stage, [ids['d'], ids['c']]),
    create('g', stage),
  ]);
  const order = await namesIn(stage);
  expect([...order].toSorted().join('')).toBe('abcdefg');
  expect(order.indexOf('f')).toBeLessThan(order.indexOf('a'));
  expect(order.indexOf('e')).toBeLessThan(order.indexOf('b'));
  expect(order.indexOf('d')).toBeLessThan(order.indexOf('c'));
});

test('an order that names an unknown opportunity, or one twice, changes nothing', async () => {
  const { stage, ids } = await fill('a', 'b');
  expect(await refusal(reorder(stage, [ids['b'], 'opp_unknown', ids['a']]))).toMatchObject({
    error: 'not_found opportunity_not_found',
  });
  expect(await refusal(reorder(stage, [ids['b'], ids['b']]))).toMatchObject({ error: 'invalid validation_failed' });
  expect(await namesIn(stage)).toBe('ab');
});

test('opportunities are filtered by pipeline and status, and ordered by what they are worth', async () => {
  const { pipeline, ids } = await fill('a', 'b');
  const amounts = { id: ids['b'] ?? '', updateMask: { paths: ['amount_cents', 'currency'] } };
  await harness.opportunities(editor).updateCrmOpportunity({ ...amounts, amountCents: 12_000_000n, currency: 'EUR' });
  const list = { pipelineId: pipeline.id, status: CrmStageType.OPEN, sort: '-amount_cents' };
  const { opportunities, totalCount } = await harness.opportunities(editor).listCrmOpportunities(list);
  expect([totalCount, opportunities.map((row) => row.name)]).toEqual([2n, ['b', 'a']]);
  const none = await harness.opportunities(editor).listCrmOpportunities({ ...list, status: CrmStageType.WON });
  expect(none.opportunities).toEqual([]);
});
