import { setTimeout as pause } from 'node:timers/promises';
import { readSettings } from './config.ts';
import { explainAndExit, fileLogger } from './console.ts';
import { startReceiver } from './demo-receiver.ts';
import { urlHost } from './environment.ts';
import { startPlatform } from './platform.ts';
import { loadSecrets } from './secrets.ts';

const CONTACTS = 50;

/**
 * The command `npm run demo`: a complete tour of the running platform, or of a platform that it starts, with a receiver
 * that checks signatures.
 */
try {
  await demo();
} catch (error) {
  explainAndExit(error);
}

async function demo(): Promise<void> {
  const settings = readSettings(process.env);
  const secrets = loadSecrets(settings.dataDir, settings.adminPassword);
  let base = `http://${urlHost(settings.host)}:${settings.port}`;
  let stopPlatform: (() => Promise<void>) | undefined;
  if (!(await answers(base, secrets.apiKey))) {
    const { log } = fileLogger(settings.dataDir);
    const platform = await startPlatform({ ...settings, port: 0 }, secrets, log, say);
    base = `http://127.0.0.1:${platform.port}`;
    stopPlatform = platform.stop;
  }
  const receiver = await startReceiver();
  try {
    await walk(base, secrets.apiKey, receiver);
  } finally {
    await receiver.stop();
    await stopPlatform?.();
  }
}

async function walk(base: string, apiKey: string, receiver: Awaited<ReturnType<typeof startReceiver>>): Promise<void> {
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  say(`\nThe platform answers at ${base}; a receiver that verifies signatures listens at ${receiver.url}.`);
  const webhook = await call('POST', '/webhooks', { url: `${receiver.url}/webhooks`, event_type: 'enrollment.*' });
  receiver.trust(webhook.secret);
  say(`1. Subscribed to enrollment.* (webhook ${webhook.id}).`);

  const workflow = await call('POST', '/workflows', {
    name: `Demo ${new Date().toISOString()}`,
    status: 'active',
    steps: [
      { type: 'trigger', name: 'Start' },
      { type: 'condition', name: 'Has a company?', config: { conditions: [{ field: 'company', operator: 'exists' }] } },
      { type: 'wait', name: 'Pause', config: { duration: 3, unit: 'seconds' } },
      {
        type: 'webhook_callback',
        name: 'Tell the back end',
        config: { url: `${receiver.url}/callback`, payload: { email: '{{ email }}', company: '{{ company }}' } },
      },
      { type: 'log', name: 'Done', config: { message: '{{ first_name }} from {{ company }} went through' } },
    ],
  });
  say(`2. Created workflow ${workflow.id} with a condition, a wait of 3 s and a callback.`);

  const contacts = Array.from({ length: CONTACTS }, (_, index) => ({
    email: `person${index}@example.com`,
    first_name: `Person ${index}`,
    company: 'Acme',
  }));
  const enrolled = await call('POST', `/workflows/${workflow.id}/enrollments/bulk`, { contacts });
  say(`3. Enrolled ${enrolled.created_count} contacts. Watch them:`);

  for (;;) {
    const { step_funnel: funnel } = await call('GET', `/workflows/${workflow.id}/enrollments?limit=1`);
    const places = funnel.steps.map(
      (step: { name: string; active_leads: number }) => `${step.name} ${step.active_leads}`,
    );
    const events = [...receiver.seen.events].map(([type, count]) => `${type} ${count}`).join(', ');
    say(
      `   ${places.join(' · ')} · done ${funnel.totals.completed} | callbacks ${receiver.seen.callbacks} | webhooks ${events || 'none yet'}`,
    );
    const isDelivered = (receiver.seen.events.get('enrollment.completed') ?? 0) >= CONTACTS;
    if (funnel.totals.completed + funnel.totals.failed >= CONTACTS && isDelivered) break;
    await pause(500);
  }

  const { enrollments } = await call('GET', `/workflows/${workflow.id}/enrollments?limit=1`);
  const detail = await call('GET', `/workflows/${workflow.id}/enrollments/${enrollments[0].id}`);
  say(`4. The timeline of enrollment ${detail.id} (${detail.contact.email}):`);
  for (const line of detail.action_timeline)
    say(`   ${line.at}  ${line.step_name.padEnd(18)} ${line.status.padEnd(10)} ${line.message}`);
  say(
    `\nEach of ${CONTACTS} contacts got its callback (${receiver.seen.repeats} repeats); ${receiver.seen.refused} webhooks had a wrong signature.`,
  );
  await call('DELETE', `/webhooks/${webhook.id}`);
}

async function answers(base: string, apiKey: string): Promise<boolean> {
  return fetch(`${base}/api/v1/admin/verify`, { headers: { authorization: `Bearer ${apiKey}` } }).then(
    (answer) => answer.ok,
    () => false,
  );
}

function say(line: string): void {
  console.log(line);
}
