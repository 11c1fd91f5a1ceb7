import type { HandlerContext } from '@connectrpc/connect';
import type { ShowUnsubscribeRequest } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { mailPreferences } from '../messaging/index.ts';
import { answerNoSuchLink, findMailOfEffect, questionPage, unknownReceiverPage } from '../reactions/index.ts';

/** Shows the question and changes nothing, because scanners follow every link of a mail. */
export async function showUnsubscribe(ctx: Context, { token }: ShowUnsubscribeRequest, call: HandlerContext) {
  const link = ctx.links.read('unsubscribe', token);
  const mail = link && (await findMailOfEffect(ctx.db.kysely, link));
  if (mail === undefined) return { page: answerNoSuchLink(call) };
  if (mail.receiver === '') return { page: answerPage(call, 200, unknownReceiverPage()) };
  const preferences = await mailPreferences(ctx, mail.organizationId);
  const { receiver, subject } = mail;
  return { page: answerPage(call, 200, questionPage({ receiver, subject, ...preferences })) };
}
