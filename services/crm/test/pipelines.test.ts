import { CrmStageType } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { somebodyWaits } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { found } from './collections.ts';
import { colleague, editor, type Harness, key, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const list = (caller = editor) => harness.pipelines(caller).listCrmOpportunityPipelines({});

async function copy(name: string, caller = editor) {
  return found((await harness.pipelines(caller).createCrmOpportunityPipeline({ name })).pipeline);
}

test('the first requests create one default pipeline', async () => {
  const answers = await Promise.all([list(), list(), list(colleague), list(key)]);
  expect(new Set(answers.map((answer) => answer.defaultPipelineId)).size).toBe(1);
  const [byDefault] = found(answers[0]).pipelines;
  expect(byDefault).toMatchObject({ isDefault: true });
  expect(byDefault?.stages.map(({ name, stageType }) => [name, stageType])).toEqual([
    ['Unassigned', CrmStageType.OPEN],
    ['Prospect', CrmStageType.OPEN],
    ['Qualification', CrmStageType.OPEN],
    ['Proposal', CrmStageType.OPEN],
    ['Negotiation', CrmStageType.OPEN],
    ['Won', CrmStageType.WON],
    ['Lost', CrmStageType.LOST],
  ]);
  expect((await list(stranger)).defaultPipelineId).not.toBe(byDefault?.id);
});

test('a copy belongs to the user who made it and has stages of its own', async () => {
  const made = await copy('My deals');
  expect(made).toMatchObject({ name: 'My deals', userId: 1n, isDefault: false });
  const [byDefault] = (await list()).pipelines;
  expect(made.stages.map(({ name }) => name)).toEqual(byDefault?.stages.map(({ name }) => name));
  expect(made.stages.map(({ id }) => id)).not.toContain(byDefault?.stages[0]?.id);
  expect(await refusal(harness.pipelines(key).createCrmOpportunityPipeline({ name: 'No' }))).toMatchObject({
    error: 'permission_denied user_required',
  });
});

test("only its owner changes a pipeline, nobody the organization's default", async () => {
  const { id } = await copy('Private');
  const byDefault = (await list()).pipelines[0]?.id ?? '';
  const denied = { error: 'permission_denied not_pipeline_owner', fields: {} };
  for (const [caller, pipeline] of [
    [colleague, id],
    [editor, byDefault],
  ] as const) {
    const updateMask = { paths: ['name'] };
    const update = harness.pipelines(caller).updateCrmOpportunityPipeline({ id: pipeline, updateMask, name: 'Taken' });
    expect(await refusal(update)).toEqual(denied);
    expect(await refusal(harness.pipelines(caller).deleteCrmOpportunityPipeline({ id: pipeline }))).toEqual(denied);
  }
  const unknown = { error: 'not_found pipeline_not_found', fields: {} };
  for (const other of [id, 'x']) {
    expect(await refusal(harness.pipelines(stranger).deleteCrmOpportunityPipeline({ id: other }))).toEqual(unknown);
    expect(await refusal(harness.pipelines(stranger).setDefaultCrmOpportunityPipeline({ id: other }))).toEqual(unknown);
  }
});

test('stages are renamed, added, removed and put in order as a whole', async () => {
  const { id, stages } = await copy('Stages');
  const [first, second] = stages;
  const { pipeline } = await harness.pipelines(editor).updateCrmOpportunityPipeline({
    id,
    updateMask: { paths: ['stages'] },
    stages: [
      { id: found(second).id, name: 'Warm' },
      { name: 'New' },
      { id: found(first).id, name: 'Cold', stageType: CrmStageType.LOST },
    ],
  });
  expect(pipeline?.stages.map(({ name, stageType, position }) => [name, stageType, position])).toEqual([
    ['Warm', CrmStageType.OPEN, 0],
    ['New', CrmStageType.OPEN, 1],
    ['Cold', CrmStageType.LOST, 2],
  ]);
  expect(pipeline?.stages[0]?.id).toBe(second?.id);
});

test('a stage with opportunities keeps its type and is not removed', async () => {
  const { id, stages } = await copy('Occupied');
  const [first, second] = stages.map(({ id }) => id);
  await harness.opportunities(editor).createCrmOpportunity({ name: 'Here', pipelineStageId: found(first) });
  const updateMask = { paths: ['stages'] };
  const update = (given: object[]) =>
    refusal(harness.pipelines(editor).updateCrmOpportunityPipeline({ id, updateMask, stages: given }));
  const refused = { error: 'failed_precondition stage_not_empty' };
  expect(await update([{ id: second, name: 'Other' }])).toMatchObject(refused);
  expect(
    await update([
      { id: first, name: 'First', stageType: CrmStageType.WON },
      { id: second, name: 'Other' },
    ]),
  ).toMatchObject(refused);
  expect(await update([{ id: first, name: 'Renamed' }])).toBeUndefined();
});

test('stages that make no pipeline are refused', async () => {
  const { id } = await copy('Refused');
  const update = (stages: object[]) =>
    refusal(harness.pipelines(editor).updateCrmOpportunityPipeline({ id, updateMask: { paths: ['stages'] }, stages }));
  expect(await update([])).toMatchObject({ fields: { stages: 'must have an open stage' } });
  expect(await update([{ name: 'Won', stageType: CrmStageType.WON }])).toMatchObject({
    fields: { stages: 'must have an open stage' },
  });
  expect(await update([{ name: ' ' }])).toMatchObject({ fields: { 'stages.0.name': 'must not be empty' } });
  const foreign = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
  expect(await update([{ id: foreign, name: 'Taken' }])).toMatchObject({
    fields: { 'stages.0.id': 'is not a stage of this pipeline' },
  });
});

test('each user has a preferred pipeline, and without it the default is preferred again', async () => {
  const { id } = await copy('Preferred');
  const byDefault = (await list()).defaultPipelineId;
  await harness.pipelines(editor).setDefaultCrmOpportunityPipeline({ id });
  expect((await list()).defaultPipelineId).toBe(id);
  expect((await list(colleague)).defaultPipelineId).toBe(byDefault);
  await harness.pipelines(editor).deleteCrmOpportunityPipeline({ id });
  expect((await list()).defaultPipelineId).toBe(byDefault);
});

test('a list of pipelines shows a concurrent change whole or not at all', async () => {
  const { id, stages } = await copy('Going');
  const next = await copy('Coming');
  await harness.pipelines(editor).setDefaultCrmOpportunityPipeline({ id });
  await sql`update opportunity_pipelines set deleted_at = now() where id = ${next.id}`.execute(harness.db);
  const { answer } = await harness.db.transaction().execute(async (trx) => {
    await sql`lock table opportunity_pipeline_stages in access exclusive mode`.execute(trx);
    const answer = list();
    await somebodyWaits(trx);
    await sql`
      update opportunity_pipelines set deleted_at = case when id = ${id} then now() end
      where id in (${id}, ${next.id})`.execute(trx);
    await sql`update opportunity_pipeline_stages set deleted_at = now() where pipeline_id = ${id}`.execute(trx);
    await sql`update opportunity_pipeline_preferences set pipeline_id = ${next.id} where pipeline_id = ${id}`.execute(
      trx,
    );
    return { answer };
  });
  const { pipelines, defaultPipelineId } = await answer;
  expect(pipelines.find((pipeline) => pipeline.id === id)?.stages).toEqual(stages);
  expect(defaultPipelineId).toBe(id);
  expect(await list()).toMatchObject({ defaultPipelineId: next.id });
});

test('a pipeline is deleted once nothing stands in it', async () => {
  const { id } = await copy('Full');
  const { opportunity } = await harness
    .opportunities(editor)
    .createCrmOpportunity({ name: 'In the way', pipelineId: id });
  const remove = () => refusal(harness.pipelines(editor).deleteCrmOpportunityPipeline({ id }));
  expect(await remove()).toMatchObject({ error: 'failed_precondition pipeline_not_empty' });
  await harness.opportunities(editor).deleteCrmOpportunity({ id: found(opportunity).id });
  expect(await remove()).toBeUndefined();
  expect(await remove()).toMatchObject({ error: 'not_found pipeline_not_found' });
});

test.each([
  ['preferred', (id: string) => harness.pipelines(editor).setDefaultCrmOpportunityPipeline({ id })],
  [
    'where an opportunity comes to stand',
    (pipelineId: string) => harness.opportunities(editor).createCrmOpportunity({ name: 'Late', pipelineId }),
  ],
])('a pipeline that is being deleted is not %s', async (_name, use) => {
  const { id } = await copy('Nearly gone');
  const { answer } = await harness.db.transaction().execute(async (trx) => {
    await sql`update opportunity_pipelines set deleted_at = now() where id = ${id}`.execute(trx);
    await sql`update opportunity_pipeline_stages set deleted_at = now() where pipeline_id = ${id}`.execute(trx);
    const answer = refusal(use(id));
    await somebodyWaits(trx);
    return { answer };
  });
  expect(await answer).toMatchObject({ error: 'not_found pipeline_not_found' });
});
