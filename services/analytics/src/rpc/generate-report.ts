import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, type Violation } from '@drippulse/errors';
import {
  type GenerateReportRequest,
  ReportFormat,
  ReportsService,
  ReportType,
} from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { callerOf, fromConnectError } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { readParameters } from '../parameters.ts';
import { askReport } from '../reports/ask.ts';
import { formats, types } from '../reports/texts.ts';
import { reportToProto } from '../reports/to-proto.ts';

export async function generateReport(ctx: Context, request: GenerateReportRequest, call: HandlerContext) {
  const { type = ReportType.UNSPECIFIED, format = ReportFormat.JSON } = request;
  const [typeText, formatText] = [types.textOf(type), formats.textOf(format)];
  if (typeText === undefined || formatText === undefined) throw missingType();
  const asOf = ctx.clock.now();
  const parameters = readParameters(type, request.parameters, asOf);
  const { workflowId } = parameters;
  // The workflow is checked with the caller's rights, so that a workflow of another organization is reported as
  // missing.
  if (workflowId !== undefined) await checkWorkflow(ctx, call, workflowId);
  const { method } = ReportsService;
  const response = await transact(ctx, call, method.generateReport, request, async (trx, caller) => {
    const { organizationId, mode, actor } = caller;
    const asked = { organizationId, mode, type: typeText, format: formatText, parameters, asOf, actor };
    return { report: reportToProto(await askReport(trx, asked)) };
  });
  ctx.wake.reports();
  return response;
}

async function checkWorkflow({ clients }: Context, call: HandlerContext, id: bigint): Promise<void> {
  await clients
    .workflows(callerOf(call))
    .getWorkflow({ id })
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
}

function missingType(): DomainError {
  const violations: Violation[] = [{ field: 'type', message: 'is required', code: 'required' }];
  return new DomainError('malformed', 'parameter_missing', 'Required parameter missing: type', { violations });
}
