import { expect, test } from '@jest/globals';
import { mask, readConfig, shownConfig } from './read-config.ts';

const read = (config: object, type: 'csv' | 'json_url' | 'hubspot' = 'csv') =>
  readConfig(type, JSON.stringify(config), { allowPrivate: false });

test.each([
  'http://files.example/a.csv',
  'https://127.0.0.1/a.csv',
  'https://[::1]/a',
  'https://192.168.0.7/a',
  'https://localhost/a',
  'https://u:p@files.example/',
])('the address %s is refused as it is saved', async (url) => {
  expect(await read({ url })).toMatchObject({ violations: [{ field: 'config.url' }] });
});

test('an unknown setting is named, with the one that was probably meant', async () => {
  expect(await read({ url: 'https://files.example/', header: {} })).toMatchObject({
    violations: [{ field: 'config.header', code: 'unknown_member', suggestion: 'headers' }],
  });
  expect(await read({}, 'json_url')).toMatchObject({ violations: [{ field: 'config.url', code: 'required' }] });
  expect(await read({ object: 'tickets' }, 'hubspot')).toMatchObject({ violations: [{ field: 'config.object' }] });
});

test('people see the names of secrets, and never a value', () => {
  const shown = shownConfig({
    type: 'csv',
    url: 'https://files.example/a?key=secret&b=c',
    headers: { 'X-Key': 'secret' },
  });
  expect(JSON.parse(shown)).toEqual({
    url: `https://files.example/a?key=${mask}&b=${mask}`,
    headers: { 'X-Key': mask },
  });
});
