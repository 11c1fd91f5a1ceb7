import type { Credentials, Provider, TestFindings } from '@drippulse/providers';
import type { Refusal } from '../connections/problems.ts';
import type { Context } from '../context.ts';
import { askProvider } from './ask-provider.ts';

/** The result of a test: the findings, or the verdict that prevented them. */
export type Tested = { findings: TestFindings } | { verdict: Refusal };

/** Tests credentials with the provider's own calls. */
export async function testCredentials(
  ctx: Context,
  by: { provider: Provider; credentials: Credentials },
): Promise<Tested> {
  const calls = by.provider.test(by.credentials);
  let step = calls.next();
  while (!step.done) {
    const asked = await askProvider(ctx, by, step.value);
    if ('verdict' in asked) return asked;
    step = calls.next(asked.answer);
  }
  return { findings: step.value };
}
