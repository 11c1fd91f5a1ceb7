import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { acceptsHtml } from './accepts-html.ts';
import { messagePage, type Page } from './page.ts';

type Answer = { contentType: string; data: Uint8Array };

/** Answers with a page and its content security policy. */
export function answerPage(call: HandlerContext, status: number, { html, policy }: Page): Answer {
  call.responseHeader.set('x-http-status', String(status));
  call.responseHeader.set('content-security-policy', policy);
  return { contentType: 'text/html; charset=utf-8', data: Buffer.from(html) };
}

/** Whether an error is answered with a page. Clients other than browsers get the problem document. */
export function wantsErrorPage(call: HandlerContext): boolean {
  return acceptsHtml(call.requestHeader.get('accept'));
}

/** Answers a browser that requests a missing form with a page instead of the problem document. */
export async function orMissingPage(
  call: HandlerContext,
  wantsPage: boolean,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (!wantsPage || !(error instanceof DomainError) || error.kind !== 'not_found') throw error;
    return answerPage(call, 404, messagePage('No such form', 'This form does not exist, or is closed.'));
  }
}
