import { objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Provider, TestFindings } from '../provider.ts';
import { bearer } from '../requests/sign.ts';
import { judge } from './judge.ts';
import { oauth } from './oauth.ts';

const allowed = /^(slack\.com|hooks\.slack\.com)$/;

export const slack: Provider = {
  key: 'slack',
  name: 'Slack',
  description: 'Posts messages to channels and people of a workspace.',
  hosts: {
    api: { originOf: () => 'https://slack.com', allowed },
    webhook: { originOf: (credentials) => credentials['webhook_url'], allowed },
  },
  credentials: [
    {
      name: 'webhook_url',
      label: 'Incoming webhook URL',
      isSecret: true,
      help: 'In your Slack app under Incoming Webhooks, after "Add New Webhook to Workspace". It posts alerts to one channel; a bot token can do more.',
      pattern: /^https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]+$/,
    },
    {
      name: 'bot_token',
      label: 'Bot token',
      isSecret: true,
      help: 'In your Slack app under OAuth & Permissions, after it was installed: "Bot User OAuth Token". It begins with xoxb-.',
      pattern: /^xox[be][.-]\S{5,400}$/,
    },
    {
      name: 'default_channel',
      label: 'Default channel',
      isSecret: false,
      help: 'Name or id of the channel for alerts that name none, such as #sales.',
      pattern: /^[#@]?[\p{L}\p{N}._-]{1,80}$/u,
    },
    { name: 'access_token', label: 'Access token', isSecret: true, help: 'Comes with the Connect button.' },
    {
      name: 'refresh_token',
      label: 'Refresh token',
      isSecret: true,
      help: 'Comes with the Connect button where the app rotates tokens.',
    },
    {
      name: 'client_id',
      label: 'Client id',
      isSecret: false,
      help: 'In your Slack app under Basic Information. Only for the Connect button.',
    },
    {
      name: 'client_secret',
      label: 'Client secret',
      isSecret: true,
      help: 'In your Slack app under Basic Information. Only for the Connect button.',
    },
  ],
  requires: [['bot_token'], ['webhook_url'], ['access_token'], ['refresh_token']],
  oauth,
  sign: (credentials, request) =>
    request.host === 'webhook' ? {} : bearer(credentials['access_token'], credentials['bot_token']),
  judge,
  test: (credentials) => (credentials['access_token'] || credentials['bot_token'] ? testToken() : testWebhook()),
  // A workspace's limits apply per method. The narrowest limit is one message per second in a channel, and Slack
  // tolerates short bursts.
  limits: [
    {
      points: 50,
      seconds: 60,
      counts: (request) => request.path === '/api/users.lookupByEmail',
      of: 'searches for users',
    },
    {
      points: 20,
      seconds: 60,
      counts: (request) => /^\/api\/conversations\.(create|list|archive)$/.test(request.path),
      of: 'new or listed channels',
    },
    { points: 1, seconds: 1, counts: (request) => request.host === 'webhook', of: 'messages by webhook' },
  ],
};

function* testToken(): Generator<ProviderRequest, TestFindings, ProviderAnswer> {
  const answer = yield { host: 'api', method: 'POST', path: '/api/auth.test', body: { json: {} }, isRepeatable: true };
  const body = objectOf(answer.body);
  const team = textOf(body['team_id']);
  const scopes = answer.headers['x-oauth-scopes']?.split(/[ ,]+/).filter((scope) => scope !== '');
  return {
    account: team === undefined ? null : { id: team, name: textOf(body['team']) ?? null },
    ...(scopes && { scopes }),
    checks: [
      {
        name: 'token',
        ok: true,
        detail: `The bot is ${textOf(body['user']) ?? 'known'} in the workspace ${textOf(body['team']) ?? ''}.`,
      },
      {
        name: 'post_messages',
        ok: scopes === undefined || scopes.includes('chat:write'),
        detail:
          'Messages need the scope chat:write. Private channels need an invitation of the bot, which no call can check.',
      },
    ],
  };
}

/** Tests a webhook. Webhooks have no test call, but a valid one refuses an empty message with a specific error. */
function* testWebhook(): Generator<ProviderRequest, TestFindings, ProviderAnswer> {
  yield {
    host: 'webhook',
    method: 'POST',
    path: '',
    body: { json: { text: '' } },
    isDone: ({ status, body }) => status === 400 && /^(no_text|invalid_payload)$/.test(String(body)),
  };
  return {
    account: null,
    checks: [{ name: 'webhook', ok: true, detail: 'The webhook lives. Slack does not say which channel it posts to.' }],
  };
}
