import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { CrmStageTypeSchema } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import type { Context } from '../context.ts';
import { enumTexts } from '../enum-texts.ts';
import { type Cell, number, type Page, type Table, text } from '../tables/table.ts';
import type { Reading } from './source.ts';

const stageTypes = enumTexts(CrmStageTypeSchema);

/** Reads the opportunities of the period, newest first, without contacts. */
export async function pipeline(ctx: Context, reading: Reading): Promise<Table> {
  return {
    title: 'Pipeline',
    columns: [
      text('id', 'Id'),
      text('name', 'Name'),
      text('pipeline', 'Pipeline'),
      text('stage', 'Stage'),
      text('status', 'Status'),
      number('amount_cents', 'Amount (cents)'),
      text('currency', 'Currency'),
      text('expected_close_at', 'Expected'),
      text('closed_at', 'Closed'),
      text('created_at', 'Created'),
    ],
    pages: pagesOf(ctx, reading),
    chart: { label: 'stage', value: 'amount_cents' },
  };
}

async function* pagesOf({ clients }: Context, { caller, parameters }: Reading): AsyncGenerator<Page> {
  const { pipelines } = await clients.pipelines(caller).listCrmOpportunityPipelines({});
  const pipelineNames = new Map(pipelines.map(({ id, name }) => [id, name]));
  const stageNames = new Map(pipelines.flatMap(({ stages }) => stages.map(({ id, name }) => [id, name] as const)));
  const filters = {
    createdSince: timestampFromDate(parameters.from),
    createdUntil: timestampFromDate(parameters.to),
    limit: 1_000,
  };
  let [cursor, seen]: [string | undefined, number] = [undefined, 0];
  do {
    const list = await clients
      .opportunities(caller)
      .listCrmOpportunities({ ...filters, ...(cursor !== undefined && { cursor }) });
    seen += list.opportunities.length;
    cursor = list.nextCursor;
    yield {
      rows: list.opportunities.map((found): Cell[] => [
        found.publicId,
        found.name,
        pipelineNames.get(found.pipelineId) ?? null,
        stageNames.get(found.pipelineStageId) ?? null,
        stageTypes.textOf(found.status) ?? null,
        found.amountCents ?? null,
        found.currency ?? null,
        timeOf(found.expectedCloseAt),
        timeOf(found.closedAt),
        timeOf(found.createdAt),
      ]),
      done: cursor === undefined ? 1 : seen / Math.max(seen + 1, Number(list.totalCount)),
    };
  } while (cursor !== undefined);
}

function timeOf(time: Timestamp | undefined): string | null {
  return time === undefined ? null : timestampDate(time).toISOString();
}
