import { ActionRefusal, findAction, findProvider, type ProviderRequest } from '@drippulse/providers';
import { expect, test } from '@jest/globals';
import { slackFake } from '../src/fakes/slack.ts';
import { runFake, sampleCredentials } from '../src/index.ts';
import { judgeAnswer, place, runAction, type SomeRunning, toFakeRequest, toProviderAnswer } from './run-example.ts';

const slack = findProvider('slack') ?? never();
const alert = findAction('slack', 'post_alert') ?? never();

function never(): never {
  throw new Error('Slack is not in the registry');
}

function post(input: object, given: readonly string[], settings: Record<string, string> = {}) {
  const running = runFake(slackFake);
  const { output } = runAction(
    slack,
    { action: alert, input, at: place(slack, { given, settings }) },
    running as unknown as SomeRunning,
  );
  return { output, running };
}

test('an alert goes by the bot where there is one, to the channel of the step or of the connection', () => {
  expect(post({ channel: 'sales', message: 'Hi' }, ['bot_token']).output).toMatchObject({
    via: 'bot',
    channel: 'C0000000002',
  });
  expect(post({ message: 'Hi' }, ['bot_token'], { default_channel: '#alerts' }).output).toMatchObject({
    via: 'bot',
    channel: 'C0000000003',
  });
  expect(() => post({ message: 'Hi' }, ['bot_token'])).toThrow(ActionRefusal);
});

test('an alert goes by the webhook where there is nothing else, and no token goes along', () => {
  const { output, running } = post({ channel: 'sales', message: 'Hi' }, ['webhook_url']);
  expect(output).toEqual({ via: 'webhook' });
  expect(running.requests()).toMatchObject([{ host: 'hooks.slack.com', token: undefined, body: { text: 'Hi' } }]);
});

test('what contacts fill in becomes neither a mention nor a hidden link', () => {
  const { running } = post({ message: 'Hi <!channel> & <https://evil.example|click>' }, ['bot_token'], {
    default_channel: 'sales',
  });
  expect(running.state.messages[0]?.text).toBe('Hi &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;');
});

test('a webhook is tested by an empty message, which it does not post', () => {
  const credentials = { webhook_url: sampleCredentials.slack['webhook_url'] ?? '' };
  const running = runFake(slackFake);
  const test = () => {
    const calls = slack.test(credentials);
    const request = calls.next().value as ProviderRequest; // the first step of each of these actions is a request
    const answer = toProviderAnswer(running.answer(toFakeRequest(slack, request, credentials)).answer);
    return judgeAnswer(slack, request, answer);
  };
  expect(test()).toEqual({ class: 'done' });
  expect(running.effects().size).toBe(0);
  running.state.deadWebhooks.add(new URL(credentials.webhook_url).pathname);
  expect(test()).toMatchObject({ class: 'credentials', problem: { code: 'no_service' } });
});

test('a channel that is there is found, also when its creation is repeated', () => {
  const create = findAction('slack', 'create_channel') ?? never();
  const running = runFake(slackFake);
  const run = () =>
    runAction(slack, { action: create, input: { name: 'deal-42' } }, running as unknown as SomeRunning).output;
  const first = run();
  expect(first).toMatchObject({ name: 'deal-42', created: true });
  expect(run()).toEqual({ ...(first as object), created: false });
  expect(() =>
    runAction(slack, { action: create, input: { name: 'Deal 42' } }, running as unknown as SomeRunning),
  ).toThrow();
});
