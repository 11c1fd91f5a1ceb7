import { expect, test } from '@jest/globals';
import { hiddenQuery, hiddenUrl } from './hidden-query.ts';

test.each([
  ['/api/v1/explain', undefined],
  ['/api/v1/explain?', undefined],
  ['/api/v1/explain?email=ada%40example.com&limit=5', 'email=*&limit=*'],
  ['/api/v1/workflows?ids[]=1&q=', 'ids[]=*&q=*'],
  ['/api/v1/explain?ada@example.com', '*'],
  ['/api/v1/explain?email', 'email=*'],
  ['/track/n/click?t=token?x=1#f', 't=*'],
  ['https://example.com/a?b=c', 'b=*'],
])('the query of %s is recorded as %s', (url, recorded) => {
  expect(hiddenQuery(url)).toBe(recorded);
});

test('an absolute URL is recorded without values', () => {
  expect(hiddenUrl('https://example.com/a?b=c#d')).toEqual({
    'url.full': 'https://example.com/a?b=*',
    'url.query': 'b=*',
  });
  expect(hiddenUrl('https://example.com/a')).toEqual({ 'url.full': 'https://example.com/a', 'url.query': undefined });
});

test('of an endless query the beginning is recorded', () => {
  expect(hiddenQuery(`/x?${'a=secret&'.repeat(10_000)}`)).toHaveLength(50 * 4 - 1);
});
