import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { HttpBody } from '@drippulse/proto/google/api/httpbody_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { endPage } from '../pages/sign-in.ts';
import { readOwnForm } from './own-form.ts';

type PageText = { title: string; body: string; script?: string };
type Done = { title: string; sentences: readonly string[] };

const statuses: Partial<Record<DomainError['kind'], number>> = {
  unauthenticated: 401,
  permission_denied: 403,
  already_exists: 409,
  resource_exhausted: 429,
  unavailable: 503,
};

/**
 * Performs the action of a form, and shows the result or the page of the next step. If the action is refused, shows the
 * form again, with the entered values and the reason.
 */
export async function submitForm(
  ctx: Context,
  call: HandlerContext,
  o: {
    body: HttpBody | undefined;
    act: (form: URLSearchParams) => Promise<Done | PageText>;
    again: (again: { problem: string; values: URLSearchParams }) => PageText;
  },
) {
  const values = readOwnForm(ctx, o.body, call);
  try {
    const done = await o.act(values);
    return answerPage(call, 200, 'body' in done ? done : endPage(done.title, done.sentences));
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind === 'internal') throw error;
    const { violations, message, kind } = error;
    const [violation] = violations;
    const problem = violation === undefined ? message : `${violation.field} ${violation.message}`;
    return answerPage(call, statuses[kind] ?? 422, o.again({ problem, values }));
  }
}

/** Returns a field of a form; undefined when it was left empty. */
export function given(form: URLSearchParams, name: string): string | undefined {
  return form.get(name) || undefined;
}
