import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, jest, test } from '@jest/globals';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { acceptedBy, cases, copyFromPage } from './verifiers.ts';

const folder = mkdtempSync(join(tmpdir(), 'verifiers-'));

afterEach(() => {
  jest.useRealTimers();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function accepts(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
}

function setClock(seconds: number): void {
  jest.useFakeTimers({ now: seconds * 1000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
}

test.each(cases)('$name: accepted is $isValid by both packages', (signed) => {
  const { secret, headers, body, now, isValid } = signed;
  setClock(now);
  expect(accepts(() => new StandardWebhook(secret).verify(body, headers))).toBe(isValid);
  expect(accepts(() => new SvixWebhook(secret).verify(body, headers))).toBe(isValid);
});

test('TypeScript accepts and refuses the same', () => {
  const program = `
import { text } from 'node:stream/consumers';
const { verifyWebhook } = await import(process.argv[1]);
const accepted = JSON.parse(await text(process.stdin)).map(({ secret, headers, body, now }) => {
  try {
    verifyWebhook(secret, headers, body, new Date(now * 1000));
    return true;
  } catch {
    return false;
  }
});
console.log(JSON.stringify(accepted));
`;
  const args = ['--input-type=module', '-e', program, copyFromPage('ts', folder, 'verify.ts')];
  expect(acceptedBy(process.execPath, args, folder)).toEqual(cases.map(({ isValid }) => isValid));
});
