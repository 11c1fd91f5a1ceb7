import { expect, test } from '@jest/globals';
import { checkUrl } from './urls.ts';

const strict = { allowPrivate: false, lookUp: async () => ['8.8.8.8'] };

test.each([
  'https://hooks.example.com/drippulse',
  'https://hooks.example.com:8443/a?b=c#d',
  'https://8.8.8.8/',
  'https://[2606:4700:4700::1111]/',
])('%s is accepted', async (url) => {
  expect(await checkUrl(url, strict)).toBeUndefined();
});

test.each([
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0177.0.0.1/',
  'https://0x7f.0.0.1/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://017700000001/',
  'https://127.0.0.1./',
  'https://①②⑦.⓪.⓪.①/',
  'https://127。0。0。1/',
  'https://0/',
  'https://10.1/',
  'https://[::1]/',
  'https://[::]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::127.0.0.1]/',
  'https://[64:ff9b:1::127.0.0.1]/',
  'https://[2002:7f00:1::]/',
  'https://[fe80::1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://2852039166/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://api.localhost/',
])('%s is refused without a look at any name server', async (url) => {
  expect(await checkUrl(url, strict)).toBe('The address is not public.');
});

test.each([
  ['http://hooks.example.com/', 'The URL must use https.'],
  ['ftp://hooks.example.com/', 'The URL must use https.'],
  ['file:///etc/passwd', 'The URL must use https.'],
  ['javascript:alert(1)', 'The URL must use https.'],
  ['https://user@hooks.example.com/', 'The URL must not hold a user name or a password.'],
  ['https://:secret@hooks.example.com/', 'The URL must not hold a user name or a password.'],
  ['https://hooks.example.com:22/', 'Port 22 belongs to another protocol.'],
  ['https://hooks.example.com:6667/', 'Port 6667 belongs to another protocol.'],
  ['https://hooks.example.com:0/', 'Port 0 belongs to another protocol.'],
  ['hooks.example.com', 'This is not a URL.'],
  ['https://', 'This is not a URL.'],
  ['https://[::1/', 'This is not a URL.'],
  ['', 'This is not a URL.'],
  [`https://hooks.example.com/${'a'.repeat(2048)}`, 'The URL is longer than 2048 characters.'],
])('%s is refused: %s', async (url, problem) => {
  expect(await checkUrl(url, strict)).toBe(problem);
});

test('a name with one private address among public ones is refused', async () => {
  const lookUp = async () => ['8.8.8.8', '10.0.0.7'];
  expect(await checkUrl('https://hooks.example.com/', { allowPrivate: false, lookUp })).toBe(
    'The host resolves to an address that is not public.',
  );
});

test('a name whose addresses are unknown is accepted and left to the connect', async () => {
  const lookUp = async () => undefined;
  expect(await checkUrl('https://hooks.example.com/', { allowPrivate: false, lookUp })).toBeUndefined();
});

test('in development plain http and private addresses are accepted, metadata and other ports are not', async () => {
  const development = { allowPrivate: true, lookUp: async () => ['127.0.0.1'] };
  expect(await checkUrl('http://127.0.0.1:3000/', development)).toBeUndefined();
  expect(await checkUrl('http://localhost:3000/', development)).toBeUndefined();
  expect(await checkUrl('http://169.254.169.254/', development)).toBe('The address is not public.');
  expect(await checkUrl('http://127.0.0.1:6379/', development)).toBeUndefined();
  expect(await checkUrl('http://127.0.0.1:25/', development)).toBe('Port 25 belongs to another protocol.');
});
