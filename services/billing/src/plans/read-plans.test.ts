import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readPlans } from './read-plans.ts';

const text = readFileSync(new URL('default-plans.json', import.meta.url), 'utf8');

test('without a file there are four plans, of which three have a price', () => {
  const plans = readPlans(undefined);
  expect(plans.limitsOf.free.enrollments).toBe(1000);
  expect(plans.limitsOf.scale.enrollments).toBeNull();
  expect(plans.lookupKeyOf).toEqual({
    starter: 'drippulse_starter',
    growth: 'drippulse_growth',
    scale: 'drippulse_scale',
  });
  expect(readPlans(text)).toEqual(plans);
});

/** Changes one value in the default plans. */
function changed(change: (plans: Record<string, Record<string, unknown>>) => void): string {
  const file = JSON.parse(text);
  change(file.plans);
  return JSON.stringify(file);
}

function withOverage(overage: object): string {
  return JSON.stringify({ ...JSON.parse(text), overage });
}

test('rates of overage are read for a unit as services count it', () => {
  expect(readPlans(undefined).overage).toEqual({});
  const { overage } = readPlans(
    withOverage({
      emails: { unit_cents: 0.05, lookup_key: 'more_mails', event_name: 'mails' },
      llm_cost_usd: { unit_cents: 120, lookup_key: 'more_models', event_name: 'models' },
    }),
  );
  expect(overage).toEqual({
    emails: { nanocents: 50_000_000n, lookupKey: 'more_mails', eventName: 'mails' },
    llm_cost_usd: { nanocents: 120_000n, lookupKey: 'more_models', eventName: 'models' },
  });
});

test.each([
  ['no JSON', '{', 'is not JSON'],
  ['a missing file', '/nowhere/plans.json', 'cannot read the file'],
  ['a missing plan', changed((plans) => delete plans['growth']), 'plans.growth'],
  ['an unknown plan', changed((plans) => (plans['huge'] = plans['scale'] ?? {})), 'huge'],
  ['a missing limit', changed((plans) => (plans['free'] = { limits: { enrollments: 1 } })), 'plans.free.limits.emails'],
  ['a negative limit', changed((plans) => ((plans['free']?.['limits'] as { seats: number }).seats = -1)), 'seats'],
  ['a price for free', changed((plans) => ((plans['free'] ?? {})['lookup_key'] = 'x')), 'lookup_key'],
  ['a missing price', changed((plans) => delete plans['scale']?.['lookup_key']), 'plans.scale.lookup_key'],
  [
    'one price for two plans',
    changed((plans) => ((plans['scale'] ?? {})['lookup_key'] = 'drippulse_growth')),
    'lookup_key of its own',
  ],
  ['a rate without an event', withOverage({ emails: { unit_cents: 1, lookup_key: 'x' } }), 'overage.emails.event_name'],
  ['a rate of what is there at a time', withOverage({ seats: {} }), 'seats'],
  [
    'a rate that is nothing',
    withOverage({ events: { unit_cents: 0, lookup_key: 'x', event_name: 'x' } }),
    'unit_cents',
  ],
  [
    'one price for a plan and for overage',
    withOverage({ events: { unit_cents: 1, lookup_key: 'drippulse_growth', event_name: 'x' } }),
    'lookup_key of its own',
  ],
])('%s stops the start with the place of the mistake', (_, wrong, said) => {
  expect(() => readPlans(wrong)).toThrow(expect.objectContaining({ message: expect.stringContaining(said) }));
});
