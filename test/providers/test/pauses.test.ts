import { findProvider, type ProviderKey } from '@drippulse/providers';
import { expect, test } from '@jest/globals';

test.each<[ProviderKey, Record<string, string>, number | undefined]>([
  ['hubspot', { 'x-hubspot-ratelimit-remaining': '0', 'x-hubspot-ratelimit-interval-milliseconds': '10000' }, 10_000],
  ['hubspot', { 'x-hubspot-ratelimit-remaining': '0', 'x-hubspot-ratelimit-interval-milliseconds': '1e999' }, 10_000],
  ['hubspot', { 'x-hubspot-ratelimit-remaining': '9', 'x-hubspot-ratelimit-daily-remaining': '0' }, 3_600_000],
  ['hubspot', { 'x-hubspot-ratelimit-remaining': '9' }, undefined],
  ['salesforce', { 'sforce-limit-info': 'api-usage=15000/15000' }, 3_600_000],
  ['salesforce', { 'sforce-limit-info': 'api-usage=18/15000, per-app-api-usage=17/250(appName=sample)' }, undefined],
  ['zendesk', { 'ratelimit-remaining': '0', 'ratelimit-reset': '12' }, 12_000],
  ['zendesk', { 'x-rate-limit-remaining': '0' }, 60_000],
  ['zendesk', { 'x-rate-limit-remaining': '199' }, undefined],
  [
    'sendgrid',
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795762820', date: 'Fri, 27 Nov 2026 07:00:00 GMT' },
    20_000,
  ],
  ['sendgrid', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }, 5000],
  ['sendgrid', { 'x-ratelimit-remaining': '1' }, undefined],
  ['zoom', { 'x-ratelimit-remaining': '0', 'x-ratelimit-type': 'QPS' }, 1000],
  ['zoom', { 'x-ratelimit-remaining': '0', 'x-ratelimit-type': 'Daily-limit' }, 3_600_000],
  ['zoom', { 'x-ratelimit-remaining': '12' }, undefined],
])('%s asks by %j for a pause of %s ms after a success', (key, headers, pause) => {
  expect(findProvider(key)?.pauseAfter?.({ status: 200, headers, body: null })).toBe(pause);
});
