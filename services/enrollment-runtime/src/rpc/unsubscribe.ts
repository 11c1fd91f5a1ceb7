import type { HandlerContext } from '@connectrpc/connect';
import type { UnsubscribeRequest } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { mailPreferences } from '../messaging/index.ts';
import {
  answerNoSuchLink,
  donePage,
  findMailOfEffect,
  nothingChosenPage,
  readChoice,
  unknownReceiverPage,
  unsubscribe as unsubscribeReceiver,
} from '../reactions/index.ts';

const longestAgent = 512;

/** Suppresses the receiver before it responds. The response does not reveal an earlier suppression. */
export async function unsubscribe(ctx: Context, { token, body }: UnsubscribeRequest, call: HandlerContext) {
  const link = ctx.links.read('unsubscribe', token);
  const mail = link && (await findMailOfEffect(ctx.db.kysely, link));
  if (mail === undefined) return { page: answerNoSuchLink(call) };
  const choice = await readChoice(body?.contentType ?? '', body?.data ?? new Uint8Array());
  if (choice === undefined) return { page: answerPage(call, 422, nothingChosenPage()) };
  if (mail.receiver === '') return { page: answerPage(call, 200, unknownReceiverPage()) };
  const { categories } = await mailPreferences(ctx, mail.organizationId);
  const chosen = choice.all ? [] : categories.filter(({ key }) => choice.categories.includes(key));
  if (!choice.all && chosen.length === 0) return { page: answerPage(call, 422, nothingChosenPage()) };
  await unsubscribeReceiver(ctx, mail, {
    categories: choice.all ? 'all' : chosen.map(({ key }) => key),
    userAgent: (call.requestHeader.get('user-agent') ?? '').slice(0, longestAgent),
  });
  return {
    page: answerPage(
      call,
      200,
      donePage(
        mail.receiver,
        chosen.map(({ name }) => name),
      ),
    ),
  };
}
