import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReceivedMail } from './mail-server.ts';
import { startMailing } from './mailing.ts';
import { json } from './workflow.ts';

const perShape = 40;

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({ runtimes: 1 });
});
afterAll(() => mailing.stop());

/** Building blocks of a mail, and inputs that have fooled programs that read mails. */
const scraps = [
  ...['\r\n', '\n', '\r', '\r\n\r\n', '\u2028', '\u0085', ' ', '\t', '.', '\r\n.\r\n', '--', '=', '=0D=0A', '"'],
  ...['----_NmP-0000000000000000000000000000000000000000-Part_1', '--boundary', '--boundary--', '>', '<', ';', ','],
  ...['Content-Type: text/html', 'Content-Type: multipart/mixed; boundary=boundary', 'MIME-Version: 1.0'],
  ...['Content-Transfer-Encoding: base64', 'Content-Disposition: attachment; filename=a.exe', 'PGI+ZXZpbDwvYj4='],
  ...['Bcc: eve@evil.example', 'To: eve@evil.example', 'Subject: evil', 'Reply-To: eve@evil.example', 'X-Evil: 1'],
  ...['RCPT TO:<eve@evil.example>', 'DATA', 'QUIT', 'Received: from evil', 'eve@evil.example', '<eve@evil.example>'],
  ...['=?utf-8?B?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=', '=?utf-8?Q?=0D=0ABcc:_eve@evil.example?=', 'begin 644 a.exe'],
  ...['<script>', '</p>', '<!--', '{{ email }}', '{% raw %}', 'Ada', 'ü', '\u{1F4EE}', '\ud800', 'x'.repeat(1_200)],
];

const random = createRandom(testSeed('hostile bodies'));
const hostileText = () =>
  random
    .some(scraps, 1 + random.below(12))
    .join('')
    .toWellFormed();

/** Steps that have a value in every member that accepts one. */
const shapes = {
  'an HTML body': { body: '<p title="{{ value }}">Before {{ value }} after</p>' },
  'a plain body': { body: 'Before {{ value }} after\n{{ value }}\n' },
  'a tracked HTML body': {
    body: '<p>{{ value }} <a href="https://shop.example/{{ value }}">{{ value }}</a></p>',
    ...{ track_opens: true, track_clicks: true, integration_id: 'nurture' },
  },
  // If the body were only white space, the mail would have no text part.
  'a transactional mail': { body: '<p>Dear {{ value }}</p>', class: 'transactional', category: '{{ value }}' },
};

/** Returns the names of the headers of a mail, in order, and the types of its parts. */
function shapeOf({ raw, parsed, to }: ReceivedMail) {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1];
  const parts = boundary === undefined ? [] : rest.join('\r\n\r\n').split(`--${boundary}`).slice(1, -1);
  return {
    headers: head.split(/\r\n(?![ \t])/).map((line) => line.split(':')[0]),
    parts: parts.map((part) =>
      (part.split('\r\n\r\n')[0] ?? '')
        .trim()
        .split(/\r\n(?![ \t])/)
        .map((line) => line.replace(/^(Content-Transfer-Encoding): .*/s, '$1')),
    ),
    attachments: parsed.attachments.length,
    receivers: to.length,
    texts: [parsed.text !== undefined, parsed.html !== false],
  };
}

test.each(Object.entries(shapes))(
  '%s with parts, headers and receivers in its values has those of a mail without any',
  async (_, step) => {
    const organization = mailing.newOrganization();
    const workflowId = await organization.mailing({ subject: 'Hello {{ value }}', ...step });
    const values = ['Ada', ...Array.from({ length: perShape }, hostileText)];
    const emails = values.map((_value, index) => `hostile${index}.${organization.organizationId}@example.org`);
    const contacts = json(values.map((value, index) => ({ email: emails[index], value })));
    const { enrollmentIds } = await mailing.harness
      .enrollments(organization.caller)
      .bulkEnroll({ workflowId, contacts });
    const mails: ReceivedMail[] = [];
    for (const [index, id] of enrollmentIds.entries()) {
      await organization.lineOf(workflowId, id, /^Sent/);
      const [mail, ...others] = organization.mailsTo(emails[index] ?? '');
      expect(others).toEqual([]);
      if (mail !== undefined) mails.push(mail);
    }
    expect(mails).toHaveLength(values.length);
    const [plain, ...hostile] = mails.map(shapeOf);
    for (const [index, shape] of hostile.entries()) {
      expect({ value: values[index + 1], ...shape }).toEqual({ value: values[index + 1], ...plain });
    }
    for (const [index, { parsed, to, from }] of mails.entries()) {
      expect([to, from]).toEqual([[emails[index]], 'drip@platform.example']);
      expect([parsed.to, parsed.cc, parsed.bcc, parsed.replyTo]).toMatchObject([
        { text: emails[index] },
        undefined,
        undefined,
        undefined,
      ]);
    }
    expect(mailing.server.mails.flatMap(({ to }) => to).filter((to) => to.includes('evil'))).toEqual([]);
  },
);
