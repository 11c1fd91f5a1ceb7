import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { checkJsonText, parseJson } from '@drippulse/json';
import type { ReportBouncesRequest } from '@drippulse/proto/drippulse/messaging/v1/bounces_pb';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { readOwnReport, readSendgridReports, takeReports, verifySendgrid, verifyStandard } from '../reactions/index.ts';

/**
 * Accepts the signed reports of a mail server. The signature covers the bytes as received, and is checked before the
 * bytes are parsed.
 */
export async function reportBounces(ctx: Context, request: ReportBouncesRequest, call: HandlerContext) {
  if (request.connection !== undefined) {
    throw new DomainError('not_found', 'connection_not_found', 'There is no integration connection with this id.');
  }
  const body = request.body?.data ?? new Uint8Array();
  const now = await signedNow(ctx);
  const header = (name: string) => call.requestHeader.get(name) ?? '';
  const isSendgrid = header('x-twilio-email-event-webhook-signature') !== '';
  if (isSendgrid) {
    const timestamp = header('x-twilio-email-event-webhook-timestamp');
    const signature = header('x-twilio-email-event-webhook-signature');
    verifySendgrid(ctx.config.sendgridKey, { timestamp, signature, body }, now);
    return answerOf(await takeReports(ctx, 'sendgrid', readSendgridReports(jsonOf(body))));
  }
  const id = header('webhook-id');
  const signed = { id, timestamp: header('webhook-timestamp'), signature: header('webhook-signature'), body };
  verifyStandard(ctx.config.bounceSecret, signed, now);
  return answerOf(await takeReports(ctx, 'standard', [readOwnReport(id, jsonOf(body))]));
}

/** Returns the database time, so that all processes use the same clock. */
async function signedNow(ctx: Context): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} as now`.execute(ctx.db.kysely);
  return rows[0]?.now ?? ctx.clock.now();
}

function jsonOf(body: Uint8Array): unknown {
  refuseViolations(checkJsonText(body));
  return parseJson(Buffer.from(body).toString());
}

function answerOf({ accepted, ignored, duplicates }: { accepted: number; ignored: number; duplicates: number }) {
  return { accepted, ignored, duplicate: duplicates > 0 && accepted === 0 };
}
