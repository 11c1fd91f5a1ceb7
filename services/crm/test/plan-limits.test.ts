import { CrmRecordBatchesService, CrmRecordBatchOutcome } from '@drippulse/proto/drippulse/crm/v1/record_batches_pb';
import { fromConnectError } from '@drippulse/rpc';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const create = (name: string, caller = editor) =>
  harness.contacts(caller).createCrmContact({ firstName: name, email: `${name}@example.com` });
const used = async ({ organizationId } = editor) => Number((await harness.usage('contacts', organizationId)).used);

test('contacts that are there are counted, whatever makes and removes them, and other records are not', async () => {
  const before = await used();
  const { contact } = await create('one');
  await create('two');
  await harness.leads(editor).createCrmLead({ email: 'lead@example.com' });
  expect(await used()).toBe(before + 2);
  await harness.contacts(editor).updateCrmContact({
    id: contact?.id ?? '',
    firstName: 'Uno',
    updateMask: { paths: ['first_name'] },
  });
  expect(await used()).toBe(before + 2);
  await harness.contacts(editor).deleteCrmContact({ id: contact?.id ?? '' });
  expect(await used()).toBe(before + 1);
});

test('beyond the limit of the plan no contact is made, at once by many neither, and a deleted one makes room', async () => {
  const before = await used(stranger);
  await harness.entitle({ contacts: before + 3 }, { organizationId: stranger.organizationId });
  const answers = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => create(`s${index}`, stranger)));
  const made = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.contact?.id ?? ''] : []));
  expect(made).toHaveLength(3);
  const refused = await create('more', stranger).catch(fromConnectError);
  expect(refused).toMatchObject({
    kind: 'failed_precondition',
    reason: 'plan_limit_reached',
    facts: { meter: 'contacts', used: before + 3, limit: before + 3, resets_at: null },
  });
  await harness.leads(stranger).createCrmLead({ email: 'free@example.com' });
  for (const id of made.slice(0, 2)) await harness.contacts(stranger).deleteCrmContact({ id });

  // Only as many rows of a batch are written as the plan has room for.
  const rows = ['a', 'b', 'c'].map((name) => ({ email: `${name}@batch.example`, first_name: name }));
  const request = { target: 'contacts', dedupeBy: ['email'], rows: Buffer.from(JSON.stringify(rows)) };
  const { results } = await harness.reach(CrmRecordBatchesService)(stranger).writeCrmRecordBatch(request);
  const { CREATED, FAILED } = CrmRecordBatchOutcome;
  expect(results.map(({ outcome }) => outcome)).toEqual([CREATED, CREATED, FAILED]);
  expect(results[2]?.errors).toMatchObject([{ field: 'plan', code: 'not_allowed' }]);
  expect(await used(stranger)).toBe(before + 3);
  await harness.entitle({}, { organizationId: stranger.organizationId });
  await create('unlimited', stranger);
});
