import type { SealedColumn } from '@drippulse/db';
import { stepsContext } from '@drippulse/secrets';

export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'workflow_versions',
    row: ['workflow_id', 'version'],
    column: 'sealed',
    context: ({ workflow_id }) => stepsContext(BigInt(String(workflow_id))),
  },
];
