import type { HandlerContext } from '@connectrpc/connect';
import type { StartConnectRequest } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { openSecrets, startAuthorization } from '../connect/authorizations.ts';
import { consentUrl } from '../connect/consent-url.ts';
import { cookieOf } from '../connect/cookies.ts';
import { answerSentences, redirectTo } from '../connect/page.ts';
import { randomText, stateOf } from '../connect/secrets.ts';
import { providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import { clientOf } from '../oauth/clients.ts';
import { targetOf } from '../send.ts';

/** Sets the cookie that identifies the browser, and redirects the browser to the provider. */
export async function startConnect(ctx: Context, { ticket }: StartConnectRequest, call: HandlerContext) {
  // A preview of the link must not use up the ticket.
  if (isLook(call)) return { page: answerSentences(call, 404, openIt) };
  const browser = randomText();
  const row = await startAuthorization(ctx, ticket, browser);
  if (row === undefined) return { page: answerSentences(call, 404, ended) };
  const provider = providerOf(row);
  const { verifier, fields } = openSecrets(ctx.sealer, row);
  const client = clientOf(ctx, provider, fields);
  const { publicUrl, hostsOverride } = ctx.config;
  const state = stateOf(ticket);
  const url = client && consentUrl(provider, { client, fields, scopes: row.scopes, state, verifier, publicUrl });
  if (provider.oauth === undefined || url === undefined) return { page: answerSentences(call, 404, ended) };
  call.responseHeader.set('set-cookie', cookieOf(publicUrl, state, browser));
  redirectTo(call, targetOf({ url, allowed: provider.oauth.allowed }, hostsOverride));
  return {};
}

function isLook({ requestHeader }: HandlerContext): boolean {
  return (
    requestHeader.get('x-http-method') === 'HEAD' || /prefetch|preview/i.test(requestHeader.get('sec-purpose') ?? '')
  );
}

const openIt = { title: 'Connect an account', sentences: ['Open this address in a browser.'] };
const ended = {
  title: 'This address has ended',
  sentences: ['It works once, within ten minutes. Go back and begin to connect the account again.'],
};
