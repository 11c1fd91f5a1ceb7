import { amountOf, listOf, objectOf, textOf } from '../answers/reading.ts';
import type { Provider } from '../provider.ts';
import { bearer } from '../requests/sign.ts';
import { judge, pauseAfter } from './judge.ts';
import { oauth } from './oauth.ts';
import { servicePath } from './requests.ts';

export const salesforce: Provider = {
  key: 'salesforce',
  name: 'Salesforce',
  description: 'Reads and writes records of a Salesforce organization.',
  hosts: {
    instance: {
      originOf: ({ instance_url: url }) => (url && URL.canParse(url) ? new URL(url).origin : undefined),
      allowed: /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(salesforce\.com|force\.com|salesforce\.mil)$/,
    },
  },
  credentials: [
    {
      name: 'instance_url',
      label: 'Instance URL',
      isSecret: false,
      help: 'Your My Domain, such as https://example.my.salesforce.com (Setup, My Domain); Connect fills it in.',
      pattern: /^https:\/\/[a-z0-9.-]+\.(salesforce\.com|force\.com|salesforce\.mil)\/?$/i,
    },
    { name: 'access_token', label: 'Access token', isSecret: true, help: 'What Connect stores.' },
    { name: 'refresh_token', label: 'Refresh token', isSecret: true, help: 'What Connect stores.' },
    {
      name: 'client_id',
      label: 'Consumer key',
      isSecret: false,
      help: 'Setup, External Client App Manager, your app, Settings, OAuth settings, Consumer key.',
    },
    { name: 'client_secret', label: 'Consumer secret', isSecret: true, help: 'Shown beside the consumer key.' },
    {
      name: 'api_version',
      label: 'API version',
      isSecret: false,
      help: 'Version of the REST API, such as 64.0, which is used unless given.',
      pattern: /^v?\d{2,3}\.0$/,
    },
    {
      name: 'token_url',
      label: 'Token URL',
      isSecret: false,
      help: 'For a sandbox https://test.salesforce.com/services/oauth2/token, or the same path on your My Domain. Leave it out for production.',
      pattern: /^https:\/\/[a-z0-9.-]+\.salesforce\.(com|mil)\/services\/oauth2\/token$/i,
    },
  ],
  requires: [['instance_url', 'access_token'], ['refresh_token']],
  oauth,
  sign: (credentials) => bearer(credentials['access_token']),
  judge,
  pauseAfter,
  *test(credentials) {
    // A user who may not see the setup cannot read the limits. The refusal proves that the token may use the API.
    const limits = yield {
      host: 'instance',
      method: 'GET',
      path: servicePath(credentials, 'limits'),
      isDone: ({ status, body }) => status === 403 && objectOf(listOf(body)[0])['errorCode'] === 'INSUFFICIENT_ACCESS',
    };
    const { Max, Remaining } = objectOf(objectOf(limits.body)['DailyApiRequests']);
    // A token without the scope openid gets 403. In this case the organization is unknown, but the token is valid.
    const identity = yield {
      host: 'instance',
      method: 'GET',
      path: '/services/oauth2/userinfo',
      isDone: ({ status }) => status === 403,
    };
    const { organization_id: organization, name, preferred_username: user } = objectOf(identity.body);
    const id = textOf(organization);
    const left = amountOf(Remaining);
    const calls = left === undefined ? '' : ` ${left} of ${textOf(Max)} calls of the day are left.`;
    return {
      account: id === undefined ? null : { id, name: textOf(user) ?? textOf(name) ?? null },
      checks: [{ name: 'api', ok: left !== 0, detail: `The token may use the REST API.${calls}` }],
    };
  },
  // Salesforce limits calls per day and long concurrent calls, but not calls per second. This limit prevents one sender
  // from using up all calls.
  limits: [{ points: 25, seconds: 1 }],
};
