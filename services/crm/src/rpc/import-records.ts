import type { HandlerContext } from '@connectrpc/connect';
import type { ImportCrmRecordsRequest } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { overTransfers } from '@drippulse/service';
import type { Context } from '../context.ts';
import { answerImport } from '../imports/answer.ts';
import { openUpload } from '../imports/open-upload.ts';
import { readBundle } from '../imports/read-bundle.ts';

export async function importCrmRecords(
  ctx: Context,
  requests: AsyncIterable<ImportCrmRecordsRequest>,
  call: HandlerContext,
) {
  const { chunks, isDryRun } = await openUpload(requests);
  // Two people in a bundle may share an email address, because public ids identify them.
  return answerImport(overTransfers(ctx), call, { rows: readBundle(chunks), isDryRun, by: { email: false } });
}
