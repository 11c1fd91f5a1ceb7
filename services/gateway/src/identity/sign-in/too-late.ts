import type { HandlerContext } from '@connectrpc/connect';
import { answerPage } from '@drippulse/service/pages';
import { endPage } from '../pages/sign-in.ts';

/** Responds to a form whose sign-in has ended, because the browser no longer has the cookie of the sign-in. */
export function answerTooLate(call: HandlerContext) {
  const sentences = ['It took longer than ten minutes, or is done already. Begin again.'];
  return answerPage(call, 400, endPage('This sign-in has ended', sentences));
}
