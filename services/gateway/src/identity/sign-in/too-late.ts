import type { HandlerContext } from '@connectrpc/connect';
import { answerPage } from '@drippulse/service/pages';
import { endPage } from '../pages/sign-in.ts';

/** Answers a form whose sign-in has ended, because the browser no longer has its cookie. */
export function answerTooLate(call: HandlerContext) {
  const sentences = ['It took longer than ten minutes, or is done already. Begin again.'];
  return answerPage(call, 400, endPage('This sign-in has ended', sentences));
}
