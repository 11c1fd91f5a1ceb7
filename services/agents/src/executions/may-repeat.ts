import type { ExecutionRow } from './rows.ts';

/** Failures after which the key starts a new attempt. */
const repeatable = new Set(['provider_unavailable', 'timeout']);

/** Whether the key of an execution starts it again. */
export function mayRepeat({ status, error_code: code }: Pick<ExecutionRow, 'status' | 'error_code'>): boolean {
  return status === 'failed' && repeatable.has(code ?? '');
}
