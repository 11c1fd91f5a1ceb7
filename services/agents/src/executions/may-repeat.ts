import type { ExecutionRow } from './rows.ts';

/** Failures after which a request with the same key starts a new attempt. */
const repeatable = new Set(['provider_unavailable', 'timeout']);

/** Whether a request with the key of an ended execution starts the execution again. */
export function mayRepeat({ status, error_code: code }: Pick<ExecutionRow, 'status' | 'error_code'>): boolean {
  return status === 'failed' && repeatable.has(code ?? '');
}
