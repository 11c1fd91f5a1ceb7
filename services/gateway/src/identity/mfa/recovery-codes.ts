import { createHash, randomInt } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

const count = 10;
/** Letters and digits that cannot be confused. 16 characters are 79 random bits, so a fast hash is enough. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';
const length = 16;

/** Creates ten codes such as `k2mp-8rtx-c4hn-w7qd`. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length }, () => alphabet[randomInt(alphabet.length)])
      .join('')
      .replaceAll(/(.{4})(?=.)/g, '$1-'),
  );
}

/** Returns the hash that is stored for a code. Hyphens, spaces and case are ignored. */
export function hashRecoveryCode(code: string): Buffer {
  return createHash('sha256').update(code.toLowerCase().replaceAll(/[\s-]/g, '')).digest();
}

/** Replaces the recovery codes of a factor. */
export async function storeRecoveryCodes(
  trx: Transaction<DB>,
  identityId: bigint,
  codes: readonly string[],
): Promise<void> {
  await trx.deleteFrom('mfa_recovery_codes').where('identity_id', '=', identityId).execute();
  await trx
    .insertInto('mfa_recovery_codes')
    .values(codes.map((code) => ({ identity_id: identityId, code_hash: hashRecoveryCode(code) })))
    .execute();
}
