import { expect, test } from '@jest/globals';
import { formats } from './formats.ts';
import { looksLikeCredential, redact } from './redact.ts';

const hex = 'a1b2c3d4'.repeat(8);
const letters = 'aB3dE5gH'.repeat(8);
const pem = (kind: string) => `-----BEGIN ${kind}-----\n${letters}\n${letters}==\n-----END ${kind}-----`;

/** A text for each format, with its secret. Each is assembled from parts, so that no scanner takes it for a leak. */
const examples: Record<string, [text: string, secret: string][]> = {
  'API key of DripPulse': [[`key adcrm_live_${letters.slice(0, 40)}.`, letters.slice(0, 40)]],
  'secret of Standard Webhooks': [
    ['got whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw here', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ],
  'private key in PEM': [
    [pem('PRIVATE KEY'), letters],
    [pem('RSA PRIVATE KEY'), letters],
    [pem('EC PRIVATE KEY'), letters],
    [pem('OPENSSH PRIVATE KEY'), letters],
    [pem('ENCRYPTED PRIVATE KEY'), letters],
    [pem('PGP PRIVATE KEY BLOCK'), letters],
    // Truncated, as in an excerpt of limited length.
    [pem('PRIVATE KEY').slice(0, -40), letters],
    [JSON.stringify({ key: pem('PRIVATE KEY'), ok: true }), letters],
  ],
  'private key of PuTTY': [[`Private-Lines: 4\n${letters}\n${letters}`, letters]],
  'age identity': [[`AGE-SECRET-KEY-1${'QWERTY09'.repeat(6)}`, 'QWERTY09'.repeat(6)]],
  'JWT or JWE': [
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_', 'eyJzdWIiOiIxIn0'],
    [`eyJhbGciOiJkaXIifQ.${letters}.${letters}.${letters}.abc`, letters],
  ],
  'Bearer, Basic or Negotiate': [
    ['you sent Bearer abc123def', 'abc123def'],
    ['you sent basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA=='],
    [`Negotiate ${letters}`, letters],
  ],
  'AUTH of SMTP, IMAP and POP': [
    ['501 bad command: AUTH PLAIN AHVzZXIAcGFzc3dvcmQ=', 'AHVzZXIAcGFzc3dvcmQ='],
    ['500 what is "AUTH LOGIN dXNlcg=="?', 'dXNlcg=='],
    ['a AUTHENTICATE PLAIN AHVzZXIAcGFzcw==', 'AHVzZXIAcGFzcw=='],
    ['auth xoauth2 dXNlcj1hQGIuYw==', 'dXNlcj1hQGIuYw=='],
  ],
  'line of a cookie': [['Set-Cookie: sid=31d4d96e407aad42; Path=/', '31d4d96e407aad42']],
  'password in a URL': [['no route to https://ada:hunter2-x@db.example.com/x', 'hunter2-x']],
  'Stripe, OpenAI, Anthropic and others': ['sk_live_', 'rk_test_', 'sk-proj-', 'sk-ant-api03-'].map((prefix) => [
    `key ${prefix}${letters}`,
    letters,
  ]),
  AWS: [[`AKIA${'ABCD2345'.repeat(2)} and`, 'ABCD2345ABCD2345']],
  GitHub: [
    [`ghp_${letters.slice(0, 36)}`, letters.slice(0, 36)],
    [`github_pat_${letters}`, letters],
  ],
  GitLab: [[`glpat-${letters.slice(0, 20)}`, letters.slice(0, 20)]],
  Slack: [
    [`xoxb-1234-${letters}`, letters],
    [`xapp-1-${letters}`, letters],
  ],
  'webhook of Slack': [[`https://hooks.slack.com/services/T00000000/B00000000/${letters}`, letters]],
  'webhook of Discord': [[`https://discord.com/api/webhooks/123456789012345678/${letters}`, letters]],
  Google: [
    [`AIza${letters.slice(0, 35)}`, letters.slice(0, 35)],
    [`ya29.${letters}`, letters],
    [`GOCSPX-${letters.slice(0, 28)}`, letters.slice(0, 28)],
  ],
  SendGrid: [[`SG.${letters.slice(0, 22)}.${letters.slice(0, 43)}`, letters.slice(0, 43)]],
  Mailgun: [[`key-${hex.slice(0, 32)}`, hex.slice(0, 32)]],
  Mailchimp: [[`${hex.slice(0, 32)}-us12`, hex.slice(0, 32)]],
  Twilio: [[`SK${hex.slice(0, 32)}`, hex.slice(0, 32)]],
  HubSpot: [['pat-na1-11111111-2222-3333-4444-555555555555', '2222-3333-4444']],
  Salesforce: [[`00D5g000001abcdEAB!${letters}`, letters]],
  Shopify: [[`shpat_${hex.slice(0, 32)}`, hex.slice(0, 32)]],
  Square: [[`sq0atp-${letters.slice(0, 22)}`, letters.slice(0, 22)]],
  Facebook: [[`EAA${letters}`, letters]],
  npm: [[`npm_${letters.slice(0, 36)}`, letters.slice(0, 36)]],
  PyPI: [[`pypi-${letters}`, letters]],
  Docker: [[`dckr_pat_${letters.slice(0, 27)}`, letters.slice(0, 27)]],
  DigitalOcean: [[`dop_v1_${hex}`, hex]],
  Linear: [[`lin_api_${letters.slice(0, 40)}`, letters.slice(0, 40)]],
  Notion: [[`ntn_${letters.slice(0, 46)}`, letters.slice(0, 46)]],
  Postman: [[`PMAK-${hex.slice(0, 24)}-${hex.slice(0, 34)}`, hex.slice(0, 24)]],
  Databricks: [[`dapi${hex.slice(0, 32)}`, hex.slice(0, 32)]],
  'Hugging Face': [[`hf_${'aBcDeFgH'.repeat(4)}`, 'aBcDeFgH']],
  Telegram: [[`123456789:AA${letters.slice(0, 33)}`, letters.slice(0, 33)]],
  Atlassian: [[`ATATT3x${letters}`, letters]],
  Airtable: [[`pat${letters.slice(0, 14)}.${hex}`, hex]],
  'New Relic': [[`NRAK-${'ABCD2345'.repeat(3)}`, 'ABCD2345ABCD2345']],
  Sentry: [[`sntrys_${letters}`, letters]],
  Grafana: [[`glsa_${letters}`, letters]],
  'HashiCorp Vault': [[`hvs.${letters}`, letters]],
};

test('each format has characters: the search goes on behind a match', () => {
  expect(Object.entries(formats).filter(([, format]) => new RegExp(format).test(''))).toEqual([]);
});

test('the corpus has an example of each format', () => {
  expect(Object.keys(examples).toSorted()).toEqual(Object.keys(formats).toSorted());
});

test.each(Object.entries(examples).flatMap(([name, cases]) => cases.map(([text, secret]) => ({ name, text, secret }))))(
  'a credential of the format $name is not kept: $text',
  ({ text, secret }) => {
    for (const around of [text, `before ${text}`, JSON.stringify({ message: text }), `<p>${text}</p>`]) {
      expect(redact(around)).not.toContain(secret);
    }
    expect(looksLikeCredential(text)).toBe(true);
    expect(() => JSON.parse(redact(JSON.stringify({ before: 1, text, after: [text] })))).not.toThrow();
  },
);

test.each([
  ['{"api_key": "abc123def", "ok": true}', '{"api_key": "[redacted]", "ok": true}'],
  ['{"clientSecret":"a\\"b,c","n":1}', '{"clientSecret":"[redacted]","n":1}'],
  ['{"otp_secret":123456,"id":7}', '{"otp_secret":"[redacted]","id":7}'],
  ['{"token":"cut off in the midd', '{"token":"[redacted]"'],
  ['{"log":"{\\"password\\":\\"hunter2\\"}"}', '{"log":"{\\"password\\":\\"[redacted]\\"}"}'],
  ['Authorization: Bearer abc.def.ghi', 'Authorization: Bearer [redacted]'],
  ['password=hunter2&user=ada', 'password=[redacted]&user=ada'],
  ['clientSecret: s3cr3t-value', 'clientSecret: [redacted]'],
  ["'access_token' : 'ya29.abc'", "'access_token' : '[redacted]'"],
])('a value that is named as a credential is not kept: %s', (text, kept) => {
  expect(redact(text)).toBe(kept);
  expect(redact(kept)).toBe(kept);
});

test.each([
  '{"status":"ok","id":12}',
  '{"key":"PROJ-12","author":"Ada","token_type":"bearer","next_page_token":"abcdef","idempotency_key":"k-1"}',
  'token',
  'The secret of success',
  'Basic authentication is required',
  'The bearer of good news',
  '',
])('%j stays as it is', (text) => {
  expect(redact(text)).toBe(text);
});

const password = 'p/ä "ss+wörd';
const basic = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`;
test.each([
  ['as it is', password],
  ['in the whole header', basic],
  ['in the header without its scheme', basic.slice('Basic '.length)],
  ['escaped for a URL', encodeURIComponent(password)],
  ['escaped for a form', new URLSearchParams({ p: password }).toString()],
  ['in JSON', JSON.stringify({ echo: password })],
  ['in JSON of PHP', JSON.stringify({ echo: password }).replaceAll('/', '\\/')],
  ['in JSON of Java', JSON.stringify({ echo: password }).replaceAll('+', '\\u002b').replaceAll('/', '\\u002F')],
  ['in JSON within JSON', JSON.stringify({ echo: JSON.stringify({ echo: password }) })],
  ['escaped for a URL in lower case', encodeURIComponent(password).toLowerCase()],
  ['escaped for a URL twice', encodeURIComponent(encodeURIComponent(password))],
  ['escaped for HTML', password.replaceAll('+', '&#43;').replaceAll('"', '&quot;').replaceAll('ä', '&auml;')],
  ['escaped for XML', password.replaceAll('+', '&#x2b;').replaceAll('"', '&#34;')],
  ['in base64', Buffer.from(password).toString('base64')],
  ['in base64 of a longer text', Buffer.from(`\0ada\0${password}\0`).toString('base64')],
  ['in base64 for URLs', Buffer.from(`x${password}`).toString('base64url')],
])('a secret that was sent is not kept when it comes back %s', (_how, echo) => {
  const kept = redact(`you sent ${echo}.`, [basic]);
  expect(kept).toContain('[redacted]');
  for (const part of [password, Buffer.from(password).toString('base64').slice(2, -4)])
    expect(kept).not.toContain(part);
});

test('a sent secret is not kept as a name or a number of JSON, which stays JSON', () => {
  const known = ['Bearer 1234567890', 'a"b\\c:{d'];
  const text = JSON.stringify({ 'a"b\\c:{d': 1, list: [1234567890, 12], 'x 1234567890 y': 'a"b\\c:{d' });
  expect(redact(text, known)).toBe('{"[redacted]":1,"list":["[redacted]",12],"x [redacted] y":"[redacted]"}');
  expect(redact('{"n":12345678', known, true)).toBe('{"n":"[redacted]"');
});

test('what reads as a secret over the quotes between two strings is none', () => {
  const text = JSON.stringify(['abc', 'def']);
  expect(redact(text, ['abc","def'])).toBe(text);
});

test.each([
  ['Authorization%3A%20Bearer%20abc123def', 'Authorization%3A%20Bearer%20[redacted]'],
  ['https://h.example/?next=%2Fa%3Ftoken%3Dhunter2%26b', 'https://h.example/?next=%2Fa%3Ftoken%3D[redacted]%26b'],
  ['{"pass\\u0077ord":"hunter2"}', '{"pass\\u0077ord":"[redacted]"}'],
  [
    '{"a":"{\\"b\\":\\"{\\\\\\"token\\\\\\":\\\\\\"abc\\\\\\"}\\"}"}',
    '{"a":"{\\"b\\":\\"{\\\\\\"token\\\\\\":\\\\\\"[redacted]\\\\\\"}\\"}"}',
  ],
  ['<b>password&#61;hunter2</b>', '<b>password&#61;[redacted]</b>'],
])('a credential that is known by its name is not kept when it is escaped: %s', (text, kept) => {
  expect(redact(text)).toBe(kept);
});

test('the beginning of a sent secret at the end of a truncated answer is not kept', () => {
  expect(redact('echo: Zq-custom-val', ['Zq-custom-value-9'], true)).toBe('echo: [redacted]');
  expect(redact('echo: Zq-custom-val', ['Zq-custom-value-9'])).toBe('echo: Zq-custom-val');
  expect(redact(`echo: ${'ab'.repeat(9)}`, [`${'ab'.repeat(8)}c${'ab'.repeat(8)}d`], true)).toBe('echo: ab[redacted]');
  expect(redact('echo: Zq-cu', ['Zq-custom-value-9'], true)).toBe('echo: Zq-cu');
  expect(redact('{"echo":"Zq-cus\\u0074om\\u00', ['Zq-custom-value-9'], true)).toBe('{"echo":"[redacted]');
});

test('of an answer to a request with too many secrets nothing is kept', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `secret-number-${index}`);
  expect(redact('an answer with secret-number-7', many(25))).toBe('an answer with [redacted]');
  expect(redact('an answer', many(26))).toBe('[redacted]');
  expect(redact('an answer', ['s'.repeat(70_000)])).toBe('[redacted]');
});

test('a text too short to be told from a word stays', () => {
  expect(redact('a cat sat', ['a', 'cat'])).toBe('a cat sat');
});

// A pattern that backtracks would take minutes.
test.each([
  `${'token '.repeat(100_000)}${'eyJaaaaaaaa.'.repeat(25_000)}${'"'.repeat(200_000)}`,
  '-----BEGIN PRIVATE KEY-----'.repeat(10_000),
  '://a:'.repeat(50_000),
  '{"token":"'.repeat(30_000),
  'AUTH PLAIN '.repeat(30_000),
  'Bearer a'.repeat(30_000),
  '%25'.repeat(100_000),
  `${'%3'.repeat(100_000)}1`,
  `{"a":"${'\\'.repeat(300_000)}"`,
  '&'.repeat(100_000) + 'amp;'.repeat(50_000),
  `&${'a'.repeat(300_000)};`,
  '%c3'.repeat(100_000),
  '["'.repeat(100_000),
  `${'hunter2'.repeat(40_000)}b`,
])('a long answer made to be hard is redacted in one pass', (text) => {
  const known = [`${'hunter2'.repeat(2_000)}c`, `b${'hunter2'.repeat(500)}`];
  expect(redact(`${text} "' password=hunter2`, known, true).endsWith(' password=[redacted]')).toBe(true);
});
