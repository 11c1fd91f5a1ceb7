import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startMailing } from './mailing.ts';

const categories = [
  { key: 'news', name: 'News & <more>', description: 'Once a week' },
  { key: 'offers', name: 'Offers' },
  { key: 'events', name: 'Events' },
];

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({ runtimes: 1 });
});
afterAll(() => mailing.stop());

type Organization = ReturnType<typeof mailing.newOrganization>;

async function newOrganization(): Promise<Organization> {
  const organization = mailing.newOrganization();
  const updateMask = { paths: ['from_name', 'categories'] };
  await mailing.harness.sender(organization.admin).updateSender({ fromName: 'Acme', categories, updateMask });
  return organization;
}

/** Sends a person a mail. Returns the mail's token, or the reason why the mail was not sent. */
async function write(organization: Organization, email: string, step: Parameters<Organization['mailing']>[0]) {
  const before = organization.mailsTo(email).length;
  const workflow = await organization.mailing({ ...step, body: '<p>Hello</p>' });
  const [id = 0n] = await organization.enroll(workflow, [email]);
  const line = await organization.lineOf(workflow, id, /^(Sent|Skipped)/);
  const [mail] = organization.mailsTo(email).slice(before);
  const token = /\/track\/n\/unsubscribe\?token=([\w-]+)/.exec(String(mail?.parsed.html))?.[1] ?? '';
  const read = () => organization.read(workflow, id);
  return { said: line?.message ?? '', wasSent: mail !== undefined, token, read };
}

const textOf = ({ page }: { page?: { data: Uint8Array } | undefined }) => Buffer.from(page?.data ?? []).toString();
const show = async (token: string) => textOf(await mailing.harness.tracking.showUnsubscribe({ token }));

/** Submits the form of the page. */
async function submit(token: string, fields: [string, string][]): Promise<string> {
  const body = {
    contentType: 'application/x-www-form-urlencoded',
    data: Buffer.from(String(new URLSearchParams(fields))),
  };
  return textOf(await mailing.harness.tracking.unsubscribe({ token, body }));
}

const leave = (token: string, ...keys: string[]) =>
  submit(token, [['unsubscribe', 'categories'], ...keys.map((key): [string, string] => ['category', key])]);

const suppressionsOf = async ({ caller }: Organization, email: string) =>
  (await mailing.harness.suppressions(caller).listSuppressions({ email })).suppressions;

test('the page offers each category of the organization, and leaving one stops the mails of that one alone', async () => {
  const organization = await newOrganization();
  const email = 'chooser@example.org';
  const first = await write(organization, email, { category: 'news' });
  const page = await show(first.token);
  expect([...page.matchAll(/name="category" value="([^"]*)"/g)].map(([, key]) => key)).toEqual([
    'news',
    'offers',
    'events',
  ]);
  expect(page).toContain('News &amp; &lt;more&gt; – Once a week');
  expect(page).toContain('from Acme');
  // A visit to the page stops no mail.
  expect((await write(organization, email, { category: 'news' })).wasSent).toBe(true);

  const answer = await leave(first.token, 'news', 'events');
  expect(answer).toContain('“News &amp; &lt;more&gt;”, “Events”');
  const outcomes = async () =>
    Promise.all(
      [
        { category: 'news' },
        { category: 'events' },
        { category: 'offers' },
        {},
        { category: 'news', class: 'transactional' },
      ].map(async (step) => (await write(organization, email, step)).said.replace(/:? .*/s, '')),
    );
  expect(await outcomes()).toEqual(['Skipped', 'Skipped', 'Sent', 'Sent', 'Sent']);
  const { said } = await write(organization, email, { category: 'news' });
  expect(said).toBe(`Skipped: ${email} is suppressed for news (unsubscribe)`);
  expect((await first.read()).nurtureEvents).toMatchObject([{ type: 'unsubscribe' }]);
  expect((await suppressionsOf(organization, email)).map(({ category }) => category).sort()).toEqual([
    'events',
    'news',
  ]);

  // A repeated request gets the same response and changes nothing. Other people and organizations are not affected.
  expect(await leave(first.token, 'news', 'events')).toBe(answer);
  expect((await first.read()).nurtureEvents).toHaveLength(1);
  expect((await write(organization, 'other@example.org', { category: 'news' })).wasSent).toBe(true);
  expect((await write(await newOrganization(), email, { category: 'news' })).wasSent).toBe(true);
});

test('a category that was left gets mails again once its suppression is removed, and can be left again', async () => {
  const organization = await newOrganization();
  const email = 'returner@example.org';
  const { token } = await write(organization, email, { category: 'news' });
  await leave(token, 'news', 'offers');
  const found = (await suppressionsOf(organization, email)).find(({ category }) => category === 'news');
  await mailing.harness.suppressions(organization.caller).deleteSuppression({ id: found?.id ?? 0n });
  expect((await write(organization, email, { category: 'news' })).wasSent).toBe(true);
  expect((await write(organization, email, { category: 'offers' })).wasSent).toBe(false);
  await leave(token, 'news');
  expect((await write(organization, email, { category: 'news' })).wasSent).toBe(false);
});

test('a choice of nothing, or of what the organization does not have, changes nothing', async () => {
  const organization = await newOrganization();
  const email = 'careless@example.org';
  const { token } = await write(organization, email, { category: 'news' });
  for (const keys of [[], ['unknown'], ['NEWS'], ['news\0'], ["' or true --"]]) {
    expect(await leave(token, ...keys)).toContain('Nothing chosen');
  }
  expect(await suppressionsOf(organization, email)).toEqual([]);
  // Only known categories of a choice are suppressed.
  expect(await leave(token, 'unknown', 'offers')).toContain('“Offers”');
  expect((await suppressionsOf(organization, email)).map(({ category }) => category)).toEqual(['offers']);
});

test('who leaves all mails gets none of any category, also after having left one', async () => {
  const organization = await newOrganization();
  const email = 'leaver@example.org';
  const { token } = await write(organization, email, { category: 'news' });
  await leave(token, 'news');
  expect(await submit(token, [['unsubscribe', 'all']])).toContain('gets no more mails.');
  for (const step of [{ category: 'offers' }, { category: 'news' }, {}]) {
    expect((await write(organization, email, step)).wasSent).toBe(false);
  }
  await eventually(async () => expect(await suppressionsOf(organization, email)).toHaveLength(2));
});
