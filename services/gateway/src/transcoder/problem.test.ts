import { expect, test } from '@jest/globals';
import { problemOf, toDomainError } from './problem.ts';

test.each(['EMFILE', 'ENFILE', 'ENOMEM', 'EADDRNOTAVAIL'])('%s answers 503 with Retry-After', (code) => {
  const error = toDomainError(Object.assign(new Error(code), { code }));
  const { status, headers, body } = problemOf(error, { path: '/api/v1/workflows', requestId: 'r' });
  expect(status).toBe(503);
  expect(headers['retry-after']).toBe('1');
  expect(JSON.parse(body)).toMatchObject({ error: 'busy' });
});
