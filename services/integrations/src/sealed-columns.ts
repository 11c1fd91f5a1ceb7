import type { SealedColumn } from '@drippulse/db';
import { contextOf } from './connect/authorizations.ts';
import { credentialsContext } from './connections/credentials.ts';
import { sourceContext } from './sources/config/seal-config.ts';

/**
 * Columns with sealed contents. Only the data keys are sealed again. The content that a data key seals stays as it is.
 */
export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'connections',
    row: ['id'],
    needs: ['organization_id'],
    column: 'data_key',
    context: ({ id, organization_id }) =>
      credentialsContext({ id: BigInt(String(id)), organizationId: BigInt(String(organization_id)) }),
  },
  {
    table: 'authorizations',
    row: ['id'],
    needs: ['organization_id'],
    column: 'data_key',
    context: ({ id, organization_id }) =>
      contextOf({ id: BigInt(String(id)), organizationId: BigInt(String(organization_id)) }),
  },
  {
    table: 'data_sources',
    row: ['id'],
    needs: ['organization_id'],
    column: 'data_key',
    context: ({ id, organization_id }) =>
      sourceContext({ id: BigInt(String(id)), organizationId: BigInt(String(organization_id)) }),
  },
  {
    // The settings of a run are sealed in the same way as the settings of its data source. Their key is deleted when
    // the run ends.
    table: 'data_source_runs',
    row: ['id'],
    needs: ['organization_id', 'data_source_id'],
    column: 'data_key',
    context: ({ data_source_id, organization_id }) =>
      sourceContext({ id: BigInt(String(data_source_id)), organizationId: BigInt(String(organization_id)) }),
  },
];
