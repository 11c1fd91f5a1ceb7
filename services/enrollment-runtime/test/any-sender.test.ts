import { createTestKeys } from '@drippulse/service/harness';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';
import { service } from '../src/service.ts';
import { startMailing } from './mailing.ts';
import { refusal } from './workflow.ts';

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({ runtimes: 0 });
});
afterAll(() => mailing.stop());

test.each([
  [undefined, false],
  ['false', false],
  ['true', true],
])('with MAIL_ANY_SENDER %s any address may send: %s', (value, isAny) => {
  const env = createTestKeys().environmentOf(service.name, 'postgres://none.invalid/none');
  expect(readConfig({ ...env, ...(value !== undefined && { MAIL_ANY_SENDER: value }) }).anySender).toBe(isAny);
});

test('by default an address of no verified domain is refused and replaced; with MAIL_ANY_SENDER it sends', async () => {
  const organization = mailing.newOrganization();
  const from = 'Ada <ada@unproven.example>';
  const save = () =>
    mailing.harness
      .sender(organization.admin)
      .updateSender({ fromEmail: 'ada@unproven.example', updateMask: { paths: ['from_email'] } });
  const sendTo = async (email: string) => {
    const workflow = await organization.mailing({ from });
    const [id = 0n] = await organization.enroll(workflow, [email]);
    const line = await organization.lineOf(workflow, id, /^Sent/);
    return [organization.mailsTo(email)[0]?.parsed.from?.value[0]?.address, line?.message.includes('warning')];
  };
  await mailing.harness.startRuntime();
  expect(await refusal(save())).toBe('invalid sender_not_verified');
  expect(await sendTo('default@example.org')).toEqual(['drip@platform.example', true]);

  await mailing.harness.stopRuntimes();
  Object.assign(mailing.harness.config, { anySender: true });
  await mailing.harness.startRuntime();
  expect((await save()).sender).toMatchObject({ fromEmail: 'ada@unproven.example' });
  expect(await sendTo('any@example.org')).toEqual(['ada@unproven.example', false]);
});
