import { expect, test } from '@jest/globals';
import { fixtureProfile, fixtures, testData } from './fixtures.ts';

test('minimal has four keys, demo has those and fifteen more', () => {
  expect(Object.keys(fixtures.minimal)).toEqual(['first_name', 'last_name', 'email', 'score']);
  expect(Object.keys(fixtures.demo).slice(4)).toEqual([
    ...['company_name', 'industry', 'company_size', 'job_title', 'phone', 'city', 'country', 'lead_source'],
    ...['lifecycle_stage', 'segment', 'lead_ref', 'annual_revenue', 'website', 'tags', 'last_activity_at'],
  ]);
});

test.each([
  [undefined, 'minimal'],
  ['minimal', 'minimal'],
  ['Demo', 'demo'],
  ['full', 'demo'],
  ['rich', 'demo'],
  ['legacy', 'demo'],
  ['constructor', undefined],
  ['', undefined],
])('profile %s is %s', (name, profile) => {
  expect(fixtureProfile(name)).toBe(profile);
});

test('a payload is merged over the fixture, shallowly', () => {
  const data = testData('demo', { tags: ['x'], industry: null, extra: { a: 1 } });
  expect(data).toMatchObject({ company_size: 250, tags: ['x'], industry: null, extra: { a: 1 } });
});
