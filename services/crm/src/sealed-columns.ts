import type { SealedColumn } from '@drippulse/db';
import { tombstonesContext } from './erasures/tombstones.ts';
import { inboundContext } from './inbound-secrets/secrets.ts';

const organizationOf = (row: Readonly<Record<string, unknown>>) => BigInt(String(row['organization_id']));

export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'tombstone_keys',
    row: ['organization_id'],
    column: 'sealed_key',
    context: (row) => tombstonesContext(organizationOf(row)),
  },
  ...['secret', 'previous_secret'].map((column) => ({
    table: 'inbound_secrets',
    row: ['organization_id', 'purpose'],
    column,
    context: (row: Readonly<Record<string, unknown>>) => inboundContext(organizationOf(row)),
  })),
];
