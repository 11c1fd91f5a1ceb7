import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { CrmImportSchema } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { callerOf } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import type { Context } from '../context.ts';
import { selectFields } from '../custom-fields/rows.ts';
import { shapes } from '../exports/shapes.ts';
import { answerImport } from '../imports/answer.ts';
import { readCsv } from '../imports/csv/read-csv.ts';
import { importers } from '../imports/importers.ts';
import { openUpload, type UploadMessages } from '../imports/open-upload.ts';

/** Implements the five `import_csv` methods, which differ only in the collection. */
export async function importCsv(
  ctx: Context,
  collection: string,
  requests: UploadMessages,
  call: HandlerContext,
): Promise<{ import: MessageInitShape<typeof CrmImportSchema> }> {
  const [importer, shape] = [importers.get(collection), shapes.get(collection)];
  if (importer === undefined || shape === undefined) throw new Error(`there is no collection ${collection}`);
  const own = overTransfers(ctx);
  const { isDryRun, ...upload } = await openUpload(requests);
  const defined = await selectFields(own.db.kysely, callerOf(call).organizationId)
    .where('record_type', '=', importer.type)
    .execute();
  const rows = readCsv({ collection, desc: shape.desc, defined, ...upload });
  return answerImport(own, call, { rows, isDryRun, by: { email: true } });
}
