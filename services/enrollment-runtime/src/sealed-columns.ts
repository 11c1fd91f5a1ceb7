import type { SealedColumn } from '@drippulse/db';
import { stepsContext } from '@drippulse/secrets';
import { privateKeyContext } from './messaging/index.ts';

export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'workflow_versions',
    row: ['workflow_id', 'version'],
    column: 'sealed',
    context: ({ workflow_id }) => stepsContext(BigInt(String(workflow_id))),
  },
  {
    table: 'sending_domains',
    row: ['id'],
    column: 'private_key',
    context: ({ id }) => privateKeyContext(BigInt(String(id))),
  },
];
