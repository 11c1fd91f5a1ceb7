import type { SealedColumn } from '@drippulse/db';
import { keyContext } from './model-connections/rows.ts';

export const sealedColumns: readonly SealedColumn[] = [
  {
    // Only the data key is sealed again. The content that the data key seals stays as it is.
    table: 'model_connections',
    row: ['organization_id'],
    column: 'data_key',
    context: ({ organization_id }) => keyContext(BigInt(String(organization_id))),
  },
];
