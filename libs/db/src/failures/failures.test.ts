import { DomainError } from '@drippulse/errors';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { isInfrastructureError, isTransactionConflict } from './failures.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });

test.each([
  '08006',
  '40001',
  '40P01',
  '53300',
  '57P01',
  '55P03',
  '25006',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EADDRNOTAVAIL',
])('%s speaks of the surroundings', (code) => {
  expect(isInfrastructureError(withCode(code))).toBe(true);
  expect(isInfrastructureError(new Error('wrapped', { cause: withCode(code) }))).toBe(true);
  expect(isInfrastructureError(new AggregateError([withCode(code)]))).toBe(true);
});

test.each(['23505', '22P02', '42P01', '42501'])('%s speaks of the statement', (code) => {
  expect(isInfrastructureError(withCode(code))).toBe(false);
});

test('a peer that is away is infrastructure, a refusal is not', () => {
  expect(isInfrastructureError(new DomainError('unavailable', 'workflows_unavailable', ''))).toBe(true);
  expect(isInfrastructureError(new DomainError('not_found', 'workflow_not_found', ''))).toBe(false);
  expect(isInfrastructureError(new TypeError('x is undefined'))).toBe(false);
  expect(isInfrastructureError(undefined)).toBe(false);
});

test('the error of pg for a server that is not there is infrastructure', async () => {
  const client = new pg.Client({ host: '127.0.0.1', port: 1 });
  expect(isInfrastructureError(await client.connect().catch((error) => error))).toBe(true);
});

test('only serialization failures and deadlocks ask for the transaction again', () => {
  expect(['40001', '40P01', '40002', '08006'].map((code) => isTransactionConflict(withCode(code)))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
