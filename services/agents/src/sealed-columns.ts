import type { SealedColumn } from '@drippulse/db';
import { keyContext } from './model-connections/rows.ts';

export const sealedColumns: readonly SealedColumn[] = [
  {
    // The key of an envelope is sealed again; the content sealed by it stays as it is.
    table: 'model_connections',
    row: ['organization_id'],
    column: 'data_key',
    context: ({ organization_id }) => keyContext(BigInt(String(organization_id))),
  },
];
