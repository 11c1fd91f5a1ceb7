import { ReportSchema } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { type AuditedRows, audited } from '@drippulse/service';
import type { DB } from './db/schema.ts';
import { findReport } from './reports/rows.ts';
import { reportToProto } from './reports/to-proto.ts';

/** The audited rows of configuration, in the form that the API shows. */
export const auditedRows: AuditedRows<DB> = {
  reports: audited(ReportSchema, async (trx, { organizationId }, id: bigint) =>
    reportToProto(await findReport(trx, organizationId, id)),
  ),
};
