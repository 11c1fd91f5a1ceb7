import type { HandlerContext } from '@connectrpc/connect';
import { answerPage, escapeHtml } from '@drippulse/service/pages';

/** Answers with a page of plain sentences. */
export function answerSentences(
  call: HandlerContext,
  status: number,
  { title, sentences }: { title: string; sentences: readonly string[] },
) {
  const body = sentences.map((sentence) => `<p role="status">${escapeHtml(sentence)}</p>`).join('\n');
  return answerPage(call, status, { title, body, forms: 'none' });
}

/** Redirects the browser. */
export function redirectTo(call: HandlerContext, address: string): void {
  call.responseHeader.set('location', address);
}
