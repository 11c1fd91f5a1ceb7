import type { Context } from '../context.ts';
import type { WaysIn } from '../pages/sign-in.ts';

export function waysIn({ providers, config }: Pick<Context, 'providers' | 'config'>): WaysIn {
  return { hasGoogle: providers.google !== undefined, isSignUpOpen: config.isSignUpOpen };
}
