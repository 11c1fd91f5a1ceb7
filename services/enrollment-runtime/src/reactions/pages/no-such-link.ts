import type { HandlerContext } from '@connectrpc/connect';
import { answerPage } from '@drippulse/service/pages';

/** Responds with the page for a link that the platform did not make, or that was truncated or changed. */
export function answerNoSuchLink(call: HandlerContext) {
  const body = '<p role="status">This link is not complete. Open it from the mail again.</p>';
  return answerPage(call, 404, { title: 'No such link', body });
}
