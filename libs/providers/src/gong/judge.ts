import { judgeByStatus } from '../answers/judge-by-status.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Verdict } from '../outcomes.ts';

export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const { requestId, errors } = objectOf(answer.body);
  const [error] = listOf(errors).map(textOf);
  return judgeByStatus(answer, request, {
    code: `http_${answer.status}`,
    message: error ?? `Gong answered ${answer.status}`,
    requestId: textOf(requestId),
  });
}

/** Whether the response means that a filter found nothing. Gong returns 404 for this. */
export const isEmpty = ({ status }: ProviderAnswer): boolean => status === 404;

/** Whether the response means that an object with the id in the request already exists. */
export const isKnown = ({ status }: ProviderAnswer): boolean => status === 409;
