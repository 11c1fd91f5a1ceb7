import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type MailServer, startMailServer } from '../src/mail-server.ts';

let platform: RunningPlatform;
let model: Receiver;
let mails: MailServer;
/** The two occasions on which the platform is killed. Each is set to false after the kill on that occasion. */
const kills = { onMail: true, onAnswer: true };

beforeAll(async () => {
  model = await startReceiver();
  mails = await startMailServer(async () => {
    if (!kills.onMail) return;
    kills.onMail = false;
    await platform.kill();
  });
  platform = await startLayout('start', {
    env: {
      ...{ LLM_BASE_URL: model.url, LLM_API_KEY: 'sk-test', LLM_MODEL: 'm' },
      LLM_PRICES: JSON.stringify([{ model: 'm', from: '2026-01-01', input: 2, output: 10 }]),
      SMTP_URL: `smtp://127.0.0.1:${mails.port}`,
    },
  });
});
afterAll(async () => {
  await platform?.dispose();
  await mails?.stop();
  await model?.stop();
});

const note = (subject: string) => ({ name: 'crm__create_activity', arguments: { kind: 'note', subject } });
const mail = {
  name: 'email__send',
  arguments: { to: 'ada@acme.example', subject: 'From the agent', body: 'Hello Ada' },
};
const script = [note('First'), mail, note('Second')];

/** Returns the model's response. It depends only on the request, not on the number of earlier requests. */
function answerTo(body: string): string {
  const done = JSON.parse(body).messages.filter(({ role }: { role: string }) => role === 'tool').length;
  const next = script[done];
  const call = next && {
    ...{ id: `call_${done}`, type: 'function' },
    function: { name: next.name, arguments: JSON.stringify(next.arguments) },
  };
  const message = { role: 'assistant', content: call ? null : 'Done.', ...(call && { tool_calls: [call] }) };
  return JSON.stringify({
    ...{ id: 'answer', object: 'chat.completion', created: 1, model: 'm' },
    choices: [{ index: 0, message, finish_reason: call ? 'tool_calls' : 'stop' }],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  });
}

test('an agent of a live workflow that is killed while its model and its mail are out does each effect once', async () => {
  model.answer(async ({ body }) => {
    const text = answerTo(body.toString());
    // At this point the first note has been written, and the next model call is in flight.
    if (kills.onAnswer && text.includes('email__send')) {
      kills.onAnswer = false;
      await platform.kill();
    }
    return { headers: { 'content-type': 'application/json' }, body: text };
  });
  const { api } = platform;
  const template = await api.post('/api/v1/agent_templates', {
    ...{ name: 'Writer', kind: 'llm', prompt: 'Write.' },
    execution_policy: {
      ...{ allowed_actions: ['crm.create_activity', 'email.send'], require_approval: 'none' },
      ...{ timeout_seconds: 600, max_retries: 5 },
    },
  });
  expect(template.status).toBe(201);
  const agent = await api.post('/api/v1/agents/spawn', {
    ...{ name: 'Writer', type: 'template', template_id: template.body.id },
  });
  const { body: workflow } = await api.post('/api/v1/workflows', {
    ...{ name: 'Writes', status: 'active' },
    steps: [{ type: 'agent', config: { agent_id: agent.body.id, input: { email: '{{ email }}' }, save_as: 'answer' } }],
  });
  const enrollments = `/api/v1/workflows/${workflow.id}/enrollments`;
  const bulk = await api.post(`${enrollments}/bulk`, { contacts: [{ email: 'ada@acme.example' }] });
  for (const kill of ['onAnswer', 'onMail'] as const) {
    await eventually(() => expect(kills[kill]).toBe(false), { timeoutMs: 300_000 });
    await platform.kill();
    await platform.restart();
  }
  const enrollment = await eventually(
    async () => {
      const { body } = await platform.api.get(`${enrollments}/${bulk.body.enrollment_ids[0]}`);
      expect(body.status).not.toBe('active');
      return body;
    },
    { timeoutMs: 300_000 },
  );
  expect(enrollment).toMatchObject({ status: 'completed', data: { answer: { text: 'Done.' } } });
  const { activities } = (await platform.api.get('/api/v1/crm/activities')).body;
  const subjects = activities.map(({ subject }: { subject: string }) => subject);
  expect(subjects.filter((subject: string) => ['First', 'Second'].includes(subject)).sort()).toEqual([
    'First',
    'Second',
  ]);
  // The platform was killed before it learned that the first mail was accepted, so it sends the mail again.
  const ours = mails.mails.filter(({ to }) => to === 'ada@acme.example');
  expect(ours.length).toBeGreaterThan(1);
  expect(new Set(ours.map(({ text }) => /^Message-ID: .*$/im.exec(text)?.[0])).size).toBe(1);
  const { body: history } = await platform.api.get(`/api/v1/agents/${agent.body.id}/executions`);
  expect(history.executions).toMatchObject([{ status: 'succeeded' }]);
  // A call that was in flight when the process died is charged in full, and repeated.
  const { totals } = (await platform.api.get(`/api/v1/agents/${agent.body.id}/costs`)).body;
  expect(totals).toMatchObject({ calls: script.length + 2 });
  expect(Number(totals.assumed_usd)).toBeGreaterThan(0);
}, 900_000);
