import { type ContextKey, type ContextValues, createContextKey, createContextValues } from '@connectrpc/connect';

/** Called with a call's work when the work begins. The promise settles when the work has ended, and never rejects. */
export type OnWork = (work: Promise<unknown>) => void;

/** The context key of the follower of a call's work. */
export const onWorkKey: ContextKey<OnWork | undefined> = createContextKey<OnWork | undefined>(undefined, {
  description: 'work',
});

/** The work of a unary call: its handler, and the encoding of its response. */
export type Work = {
  /** The context values with which to make the call. */
  values: ContextValues;
  /** Resolves when the work has ended, or immediately when no call was made. */
  ended(): Promise<void>;
};

/**
 * Follows the work of a call. A caller that aborts gets its error immediately, but a handler ends only when it checks
 * its signal. Until then, resources that were given to the call belong to the work, not to the caller.
 */
export function followWork(values: ContextValues = createContextValues()): Work {
  const all: Promise<unknown>[] = [];
  return {
    values: values.set(onWorkKey, (work) => void all.push(work)),
    ended: async () => void (await Promise.allSettled(all)),
  };
}
