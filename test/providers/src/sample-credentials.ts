import type { Credentials, ProviderKey } from '@drippulse/providers';

const oauth = {
  access_token: 'access-1',
  refresh_token: 'refresh-1',
  client_id: 'client-1',
  client_secret: 'client-secret-1',
};

/** Credentials that each fake accepts. They give access to nothing. */
export const sampleCredentials: Readonly<Record<ProviderKey, Credentials>> = {
  google_workspace: { ...oauth, sender_email: 'owner@example.com', token_url: 'https://oauth2.googleapis.com/token' },
  microsoft365: { ...oauth, token_url: 'https://login.microsoftonline.com/common/oauth2/v2.0/token' },
  slack: {
    ...oauth,
    bot_token: 'xoxb-000000000000-sample',
    webhook_url: 'https://hooks.slack.com/services/T0000000001/B0000000001/sample',
    default_channel: '#alerts',
  },
  salesforce: {
    ...oauth,
    instance_url: 'https://example.my.salesforce.com',
    api_version: '64.0',
    token_url: 'https://login.salesforce.com/services/oauth2/token',
  },
  hubspot: { ...oauth, token_url: 'https://api.hubapi.com/oauth/2026-09/token' },
  stripe: { secret_key: 'sk_test_000000000000000000000000' },
  sendgrid: {
    api_key: 'SG.0000000000000000000000.0000000000000000000000000000000000000000000',
    default_from_email: 'hello@example.com',
    region: 'global',
  },
  zoom: { ...oauth, token_url: 'https://zoom.us/oauth/token' },
  zendesk: { subdomain: 'example', email: 'agent@example.com', api_token: 'sample-token-000000000000000000000000000' },
  gong: { access_key: 'SAMPLE-ACCESS-KEY', secret_key: 'sample-secret-key' },
};
