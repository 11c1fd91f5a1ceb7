import { expect, test } from '@jest/globals';
import { isShortage, namesShortage, shortageError } from './shortage.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });

test.each(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL'])(
  '%s is a shortage, however it is wrapped',
  (code) => {
    expect(isShortage(withCode(code))).toBe(true);
    expect(isShortage(new Error('wrapped', { cause: withCode(code) }))).toBe(true);
    expect(isShortage(new AggregateError([withCode(code), withCode(code)]))).toBe(true);
  },
);

test('the number of the system counts where a library has changed the code', () => {
  expect(isShortage(Object.assign(new Error('connect EMFILE'), { code: 'ESOCKET', errno: -24 }))).toBe(true);
  expect(isShortage(Object.assign(new Error('x'), { errno: -111 }))).toBe(false);
  expect(isShortage(Object.assign(new Error('x'), { errno: -99_999 }))).toBe(false);
});

test('a refusal of the other side is none, also beside an address that this machine cannot use', () => {
  expect(isShortage(withCode('ECONNREFUSED'))).toBe(false);
  expect(isShortage(new AggregateError([withCode('EADDRNOTAVAIL'), withCode('ECONNREFUSED')]))).toBe(false);
  expect(isShortage(new TypeError('x is undefined'))).toBe(false);
  expect(isShortage(undefined)).toBe(false);
  const circle = new Error('circle');
  circle.cause = circle;
  expect(isShortage(circle)).toBe(false);
});

test('a text names a shortage only by its whole code', () => {
  expect(namesShortage('Last error: connect EMFILE 127.0.0.1:1')).toBe(true);
  expect(namesShortage('ECONNREFUSED, not EMFILES')).toBe(false);
});

test('its error is unavailable and says when to come again', () => {
  expect(shortageError(withCode('EMFILE'))).toMatchObject({
    kind: 'unavailable',
    reason: 'busy',
    retryAfterSeconds: 1,
  });
});
