import type { JsonObject } from '@drippulse/json';

const minimal: JsonObject = {
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: 'ada@example.com',
  score: 72,
};

/** Initial data of test runs. */
export const fixtures: { minimal: JsonObject; demo: JsonObject } = {
  minimal,
  demo: {
    ...minimal,
    company_name: 'Analytical Engines Ltd',
    industry: 'SaaS',
    company_size: 250,
    job_title: 'Head of Operations',
    phone: '+44 20 7946 0000',
    city: 'London',
    country: 'United Kingdom',
    lead_source: 'website',
    lifecycle_stage: 'marketing_qualified_lead',
    segment: 'mid_market',
    lead_ref: 'demo-lead-1',
    annual_revenue: 12_500_000,
    website: 'https://example.com',
    tags: ['demo', 'newsletter'],
    last_activity_at: '2026-01-15T09:30:00Z',
  },
};

const profiles: Record<string, 'minimal' | 'demo'> = {
  minimal: 'minimal',
  demo: 'demo',
  full: 'demo',
  rich: 'demo',
  legacy: 'demo',
};

/**
 * Returns the fixture with this name; undefined for an unknown name. `full`, `rich` and `legacy` are other names of
 * `demo`.
 */
export function fixtureProfile(name = 'minimal'): 'minimal' | 'demo' | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(profiles, lower) ? profiles[lower] : undefined;
}

/** Returns the initial data of a test run: the fixture, shallowly merged with `payload`. */
export function testData(profile: 'minimal' | 'demo', payload: JsonObject = {}): JsonObject {
  return { ...fixtures[profile], ...payload };
}
