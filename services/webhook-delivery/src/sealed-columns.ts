import type { SealedColumn } from '@drippulse/db';
import { secretContext } from './signing/secrets.ts';
import { headersContext, urlContext } from './webhooks/target.ts';

const contexts = {
  secret: secretContext,
  previous_secret: secretContext,
  sealed_url: urlContext,
  sealed_headers: headersContext,
};

export const sealedColumns: readonly SealedColumn[] = Object.entries(contexts).map(([column, contextOf]) => ({
  table: 'webhooks',
  row: ['id'],
  column,
  context: ({ id }) => contextOf(BigInt(String(id))),
}));
