import { Code, ConnectError } from '@connectrpc/connect';
import { DomainError, type Violation } from '@drippulse/errors';
import { BadRequestSchema, ErrorInfoSchema } from '@drippulse/proto/google/rpc/error_details_pb';
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

test('a violation travels whole, and an error of a peer that knows no codes is read as invalid', () => {
  const violations: Violation[] = [
    { field: 'name', message: 'is required', code: 'required' },
    { field: 'status', message: 'must be one of on, off', code: 'enum', allowed: ['on', 'off'], suggestion: 'on' },
    { field: 'steps.0.type', message: 'Step 0 (wiat): is not a type', code: 'enum', phrase: 'is not a type' },
  ];
  const sent = toConnectError(new DomainError('invalid', 'validation_failed', 'no', { violations }));
  expect(fromConnectError(sent).violations).toEqual(violations);

  const older = new ConnectError('no', Code.InvalidArgument, undefined, [
    {
      desc: ErrorInfoSchema,
      value: { reason: 'validation_failed', domain: 'drippulse', metadata: { kind: 'invalid' } },
    },
    { desc: BadRequestSchema, value: { fieldViolations: [{ field: 'name', description: 'is required' }] } },
  ]);
  expect(fromConnectError(older).violations).toEqual([{ field: 'name', message: 'is required', code: 'invalid' }]);
});

test('the facts of an error travel with it', () => {
  const facts = { meter: 'enrollments', used: 7, resets_at: null };
  const sent = toConnectError(new DomainError('failed_precondition', 'quota_exceeded', 'It is full.', { facts }));
  expect(fromConnectError(sent).facts).toEqual(facts);
  expect(fromConnectError(toConnectError(new DomainError('invalid', 'x', 'y'))).facts).toEqual({});
});

test('hints of any size leave room for the violations', () => {
  const allowed = Array.from({ length: 1000 }, (_, index) => `value ${index}`);
  const violations = Array.from(
    { length: 50 },
    (_, index): Violation => ({ field: `f${index}`, message: 'no', allowed }),
  );
  const received = fromConnectError(toConnectError(new DomainError('invalid', 'x', 'no', { violations }))).violations;
  expect(received).toHaveLength(50);
  expect(JSON.stringify(received.map(({ allowed: values }) => values)).length).toBeLessThan(10_000);
});
