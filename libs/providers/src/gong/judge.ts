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

/** A filter that finds nothing answers 404, which is an empty result. */
export const isEmpty = ({ status }: ProviderAnswer): boolean => status === 404;

/** What has our id is there already. */
export const isKnown = ({ status }: ProviderAnswer): boolean => status === 409;
