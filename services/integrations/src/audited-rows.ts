import { IntegrationConnectionSchema } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { DataSourceSchema } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { type AuditedRows, audited } from '@drippulse/service';
import { findConnection } from './connections/rows.ts';
import { connectionToProto } from './connections/to-proto.ts';
import type { Context } from './context.ts';
import type { DB } from './db/schema.ts';
import { findSource } from './sources/rows.ts';
import { sourceToProto } from './sources/to-proto.ts';

/** Returns the audited configuration rows, in the form that the API shows. */
export function auditedRows({ clock }: Pick<Context, 'clock'>): AuditedRows<DB> {
  return {
    integration_connections: audited(IntegrationConnectionSchema, async (trx, { organizationId }, id: bigint) =>
      connectionToProto(await findConnection(trx, organizationId, id), { now: clock.now() }),
    ),
    data_sources: audited(DataSourceSchema, async (trx, { organizationId }, id: bigint) =>
      sourceToProto(await findSource(trx, organizationId, id)),
    ),
  };
}
