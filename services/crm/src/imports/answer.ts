import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { CrmImportSchema } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { prefersAsync } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { authorOf } from '../records/author.ts';
import { importPath, jobToProto } from './job.ts';
import type { KnownBy } from './keys.ts';
import { reportToProto } from './report.ts';
import { runImport, tryImport } from './run-import.ts';
import type { SourceRow } from './source-row.ts';
import { storeUpload } from './store-upload.ts';

/** Rows of an upload, and the options of its request. */
type Wanted = { rows: AsyncIterable<SourceRow>; by: KnownBy; isDryRun: boolean };

/**
 * Answers with the report of an upload or, if the request has `Prefer: respond-async` (RFC 7240), with 202 and the path
 * of its job. A dry run is always synchronous, because it leaves no job to look up.
 */
export async function answerImport(
  ctx: Context,
  call: HandlerContext,
  { rows, by, isDryRun }: Wanted,
): Promise<{ import: MessageInitShape<typeof CrmImportSchema> }> {
  const upload = { rows, by, author: authorOf(call) };
  if (isDryRun) return { import: { ...reportToProto(await tryImport(ctx, upload)), dryRun: true } };
  if (!prefersAsync(call)) return { import: reportToProto(await runImport(ctx, upload)) };
  const job = await storeUpload(ctx, upload);
  ctx.wake.imports();
  call.responseHeader.set('x-http-status', '202');
  call.responseHeader.set('location', importPath(job.id));
  call.responseHeader.set('preference-applied', 'respond-async');
  return { import: jobToProto(job) };
}
