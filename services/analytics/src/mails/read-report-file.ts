import { readArtifact } from '../artifacts/read-artifact.ts';
import type { Context } from '../context.ts';
import { selectReports } from '../reports/rows.ts';

/** Reads the file of a report that a mail names; undefined if the report was deleted. */
export async function readReportFile(
  ctx: Context,
  { organizationId, ref }: { organizationId: bigint; ref: string },
): Promise<Buffer | undefined> {
  const report = await selectReports(ctx.db.kysely, organizationId)
    .select(['id', 'fence', 'bytes'])
    .where('id', '=', BigInt(ref))
    .where('status', '=', 'ready')
    .executeTakeFirst();
  if (report === undefined || report.fence === null || report.bytes === null) return undefined;
  const pieces: Uint8Array[] = [];
  const artifact = { organizationId, reportId: report.id, fence: report.fence };
  for await (const piece of readArtifact(ctx, artifact, report.bytes)) pieces.push(piece);
  return Buffer.concat(pieces);
}
