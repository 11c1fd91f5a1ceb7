import type { Credentials, Provider, ProviderAnswer, ProviderRequest } from '@drippulse/providers';
import { maskVerdict, type Refusal, verdictOfFailure } from '../connections/problems.ts';
import type { Context } from '../context.ts';
import { encode } from '../encode.ts';
import { send } from '../send.ts';

const timeoutMs = 15_000;

/**
 * Makes one call with credentials that need not be stored yet. The call does not count against the limits of the
 * account, because such calls are rare and a person waits for them.
 */
export async function askProvider(
  ctx: Context,
  { provider, credentials }: { provider: Provider; credentials: Credentials },
  request: ProviderRequest,
): Promise<{ answer: ProviderAnswer } | { verdict: Refusal }> {
  try {
    const encoded = encode(provider, credentials, request);
    if (encoded === undefined) {
      const message = `the credentials of ${provider.name} lack what this call needs`;
      return { verdict: { class: 'permanent', problem: { code: 'incomplete', message } } };
    }
    const answer = await send(ctx, { ...encoded, timeoutMs });
    const verdict = request.isDone?.(answer) === true ? { class: 'done' as const } : provider.judge(answer, request);
    return 'problem' in verdict ? { verdict: maskVerdict(provider, credentials, verdict) } : { answer };
  } catch (error) {
    return { verdict: maskVerdict(provider, credentials, verdictOfFailure(error)) };
  }
}
