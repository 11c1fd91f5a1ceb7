import type { SealedColumn } from '@drippulse/db';
import { mfaContext } from './mfa/context.ts';
import { ssoContext } from './sso/rows.ts';

export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'mfa_factors',
    row: ['identity_id'],
    column: 'secret',
    context: (row) => mfaContext(BigInt(String(row['identity_id']))),
  },
  {
    // The column contains an envelope key. Resealing this key does not change the content that the key seals.
    table: 'sso_connections',
    row: ['organization_id'],
    column: 'data_key',
    context: ({ organization_id }) => ssoContext(BigInt(String(organization_id))),
  },
];
