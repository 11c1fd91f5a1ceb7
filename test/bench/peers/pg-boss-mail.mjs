// pg-boss. Each job is a mail, made by two loops that fetch 500 jobs at a time. The job's row is the intent. The mail
// equals the platform's: equal templates, a text part made from the HTML, a link to unsubscribe that cannot be guessed,
// a Message-ID of its own, and a look-up of suppressions before it is sent. A row records receiver and content, by the
// Message-ID that a bounce would name. The job is then completed in a call of its own, because jobs that were completed
// together would be sent again together.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { compile } from 'html-to-text';
import { Liquid } from 'liquidjs';
import { createTransport } from 'nodemailer';
import { PgBoss } from 'pg-boss';
import { config, measure } from './peer.mjs';

const queue = 'mails';
const batchSize = 500;
const concurrency = 2;
const { databaseUrl, smtpUrl, mails, warmUpMails, suppressed, subject, body } = config;
const from = { name: '', address: 'drippulse@localhost' };
const secret = randomBytes(32);

// These are the guards, the connection pool and the deadlines of the platform's mailer.
const guard = { disableFileAccess: true, disableUrlAccess: true };
const transport = createTransport({
  ...guard,
  url: smtpUrl,
  pool: true,
  maxConnections: 40,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  socketTimeout: 60_000,
});
const textLiquid = new Liquid({ ownPropertyOnly: true });
const htmlLiquid = new Liquid({ ownPropertyOnly: true, outputEscape: 'escape' });
const textOf = compile({ wordwrap: 78 });
const [subjectTemplate, bodyTemplate] = [textLiquid.parse(subject), htmlLiquid.parse(body)];

const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(queue);
const database = boss.getDb();
await database.executeSql('create table suppressions (email text primary key, reason text not null)');
await database.executeSql(
  `insert into suppressions select 'gone' || n || '@example.com', 'bounce' from generate_series(1, $1::int) as n`,
  [suppressed],
);
await database.executeSql(
  'create table mails (message_id text primary key, receiver text, subject text, answer text, sent_at timestamptz)',
);
await send(warmUpMails);
await work(warmUpMails);
await database.executeSql('vacuum analyze');
await send(mails);
await measure(() => work(mails));

async function send(count) {
  const jobs = Array.from({ length: count }, (_, n) => ({
    data: {
      ...{ lead_ref: `crm-${n}`, email: `person${n}@example.com` },
      ...{ first_name: `First${n % 500}`, last_name: `Last${n % 3000}` },
      ...{ score: n % 100, company: `Company ${n % 1000}`, country: 'NL' },
    },
  }));
  await boss.insert(queue, jobs);
}

async function work(count) {
  const done = await Promise.all(Array.from({ length: concurrency }, workUntilEmpty));
  const steps = done.reduce((sum, each) => sum + each, 0);
  if (steps !== count) throw new Error(`${steps} of ${count} jobs were completed`);
  return { steps };
}

async function workUntilEmpty() {
  for (let done = 0; ; ) {
    const jobs = await boss.fetch(queue, { batchSize });
    if (jobs.length === 0) return done;
    await Promise.all(jobs.map(async (job) => boss.complete(queue, job.id, await perform(job))));
    done += jobs.length;
  }
}

async function perform({ id, data }) {
  const { rows } = await database.executeSql('select reason from suppressions where email = $1', [data.email]);
  if (rows.length > 0) return { outcome: 'skipped', reason: rows[0].reason };
  const mail = compose(id, data);
  const { messageId, response } = await transport.sendMail({ ...mail, ...guard });
  await database.executeSql('insert into mails values ($1, $2, $3, $4, now())', [
    ...[messageId, data.email, mail.subject, response],
  ]);
  return { outcome: 'succeeded' };
}

function compose(id, data) {
  const token = createHmac('sha256', secret).update(id).digest('base64url');
  const url = `http://localhost:3000/unsubscribe?mail=${id}&token=${token}`;
  const rendered = htmlLiquid.renderSync(bodyTemplate, data);
  const html = rendered.replace('</body>', `<p><a href="${url}">Unsubscribe</a></p></body>`);
  const text = `${textOf(rendered)}\n\n-- \nUnsubscribe: ${url}\n`;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 40);
  return {
    messageId: `<${hash}@localhost>`,
    date: new Date(),
    from,
    to: { name: '', address: data.email },
    envelope: { from: from.address, to: data.email },
    subject: textLiquid.renderSync(subjectTemplate, data),
    html,
    text,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'List-Unsubscribe': `<${url}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    baseBoundary: hash,
  };
}
