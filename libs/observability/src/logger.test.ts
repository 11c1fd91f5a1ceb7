import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { createLogger, openLogFile } from './logger.ts';

function written(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ service: 'test', level: 'debug', destination: { write: (line: string) => lines.push(line) } }));
  return lines.join('');
}

const apiKey = 'adcrm_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd';
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXNlY3JldA';
const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test.each<[string, object, string]>([
  ['a password by its name', { password: 'planted-1' }, 'planted-1'],
  ['a nested secret by its name', { request: { body: { secret: 'planted-2' } } }, 'planted-2'],
  ['an authorization header', { headers: { authorization: 'Basic planted-3' } }, 'planted-3'],
  ['an API key in a text', { text: `the key ${apiKey} is wrong` }, apiKey],
  ['a session token in an error', { err: new Error(`bad token ${jwt}`) }, 'c2lnbmF0dXJlLXNlY3JldA'],
  ['a webhook secret', { text: whsec }, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['the password of an address', { err: new Error('cannot reach postgres://drip:planted-4@db/drip') }, 'planted-4'],
])('%s is never written', (_name, fields, secret) => {
  const text = written((log) => log.error(fields, 'it happened'));
  expect(text).toContain('it happened');
  expect(text).not.toContain(secret);
});

test.each([
  ['a login that a mail server repeats', '535 5.7.8 AUTH PLAIN AHVzZXIAcGxhbnRlZA== refused', 'AHVzZXIAcGxhbnRlZA'],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${'pLaNtEd7'.repeat(8)}\n-----END PRIVATE KEY-----`, 'pLaNtEd7'],
  ['a key of a vendor', `no such key: sk_live_${'pLaNtEd8'.repeat(3)}`, 'pLaNtEd8'],
])('%s is not written with the error that has it', (_name, text, secret) => {
  const line = written((log) => log.error({ err: new Error('refused', { cause: new Error(text) }) }, 'it happened'));
  expect(JSON.parse(line)).toMatchObject({ msg: 'it happened' });
  expect(line).not.toContain(secret);
});

test('a secret in the message itself is not written, and what is around it is', () => {
  const text = written((log) => log.info(`before ${apiKey} after`));
  expect(JSON.parse(text)).toMatchObject({ level: 'info', service: 'test', msg: 'before adcrm_live_[redacted] after' });
});

test('child loggers redact too', () => {
  expect(written((log) => log.child({ token: 'planted-5' }).info({ token: 'planted-6' }, 'x'))).not.toMatch(/planted/);
});

test('lines that are not written yet are, when the process ends by an error that nobody caught', () => {
  const program = `
    import { createLogger } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
    createLogger({}).info('the last line');
    setImmediate(() => { throw new Error('uncaught'); });`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  expect(String(stdout)).toContain('the last line');
});

test.each(['new', 'old'])('a log file that is %s is readable by its owner only', async (name) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'drippulse-log-'));
  const file = path.join(folder, name);
  if (name === 'old') writeFileSync(file, 'a line\n', { mode: 0o644 });
  await openLogFile(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});
