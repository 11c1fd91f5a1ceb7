import type { HandlerContext } from '@connectrpc/connect';
import type { FinishConnectRequest } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { finishAuthorization } from '../connect/authorizations.ts';
import { connectAccount } from '../connect/connect-account.ts';
import { endedCookieOf, readCookie } from '../connect/cookies.ts';
import { answerSentences, redirectTo } from '../connect/page.ts';
import { returnAddress } from '../connect/return-to.ts';
import { isStillAdmin } from '../connect/still-admin.ts';
import { providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';

const longestWords = 300;

/** Ends a consent. Shows an error as a page, because otherwise the person in the browser would not see it. */
export async function finishConnect(ctx: Context, request: FinishConnectRequest, call: HandlerContext) {
  const { state, code, error, errorDescription, iss } = request;
  const { publicUrl } = ctx.config;
  const browser = readCookie(call.requestHeader.get('cookie'), publicUrl, state);
  const row = await finishAuthorization(ctx, state, browser);
  if (row === undefined) return { page: answerSentences(call, 400, unknown) };
  call.responseHeader.set('set-cookie', endedCookieOf(publicUrl, state));
  const provider = providerOf(row);
  const { issuer } = provider.oauth ?? {};
  if (issuer !== undefined && iss !== issuer) return { page: answerSentences(call, 400, foreignIssuer(provider.name)) };
  if (error !== '' || code === '') {
    return { page: answerSentences(call, 400, notGiven(provider.name, error, errorDescription)) };
  }
  if (!(await isStillAdmin(ctx, row))) return { page: answerSentences(call, 403, noAdmin(provider.name)) };
  const connected = await connectAccount(ctx, row, code);
  if ('problem' in connected) {
    const title = `${provider.name} is not connected`;
    return { page: answerSentences(call, connected.status, { title, sentences: [connected.problem] }) };
  }
  ctx.wake.news();
  const { id, missing } = connected;
  const result = { connection: String(id), ...(missing.length > 0 && { missing_scopes: missing.join(' ') }) };
  redirectTo(call, returnAddress(row.return_to, publicUrl, result));
  return {};
}

const unknown = {
  title: 'This answer belongs to no connection',
  sentences: [
    'It was used already, came too late, or comes from another browser than the one that began.',
    'Go back and begin to connect the account again.',
  ],
};

function foreignIssuer(name: string) {
  return {
    title: `${name} is not connected`,
    sentences: [`The answer does not come from ${name}. Nothing was stored.`],
  };
}

function noAdmin(name: string) {
  return {
    title: `${name} is not connected`,
    sentences: ['Who began to connect the account is no longer an admin of the organization.', 'Nothing was stored.'],
  };
}

function notGiven(name: string, error: string, description: string) {
  const words = [error, description]
    .filter((text) => text !== '')
    .join(': ')
    .slice(0, longestWords);
  const said = words === '' ? 'It sent no code.' : `It said: ${words}`;
  const first = error === 'access_denied' ? 'The consent was not given.' : `${name} gave no consent.`;
  return { title: `${name} is not connected`, sentences: [first, said, 'Nothing was stored.'] };
}
