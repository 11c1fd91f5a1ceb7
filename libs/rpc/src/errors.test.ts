import { Code } from '@connectrpc/connect';
import { expect, test } from '@jest/globals';
import { fromConnectError, toConnectError } from './errors.ts';

test.each(['EMFILE', 'ENFILE', 'ENOMEM', 'EADDRNOTAVAIL'])(
  '%s in a method answers unavailable, with a time to retry, and not internal',
  (code) => {
    const thrown = new Error('cannot read', { cause: Object.assign(new Error(code), { code }) });
    const sent = toConnectError(thrown);
    expect(sent.code).toBe(Code.Unavailable);
    expect(fromConnectError(sent)).toMatchObject({ kind: 'unavailable', reason: 'busy', retryAfterSeconds: 1 });
    expect(fromConnectError(thrown)).toMatchObject({ kind: 'unavailable', reason: 'busy' });
  },
);

test('a defect stays internal and reveals nothing', () => {
  const sent = toConnectError(new TypeError('x is undefined'));
  expect(sent.code).toBe(Code.Internal);
  expect(sent.message).not.toContain('undefined');
});
