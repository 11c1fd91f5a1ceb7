/** The time that a request may take. */
export type Deadline = {
  signal: AbortSignal;
  /** Returns the cause of the abort; undefined before the abort. */
  stoppedBy(): 'timeout' | 'aborted' | undefined;
  /** Clears the timer and detaches from the outer signal. */
  clear(): void;
};

/** Starts a deadline whose signal aborts after `timeoutMs`, or when the outer signal does. */
export function startDeadline(timeoutMs: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let reason: 'timeout' | 'aborted' | undefined;
  const stop = (why: 'timeout' | 'aborted') => {
    reason ??= why;
    controller.abort();
  };
  const abort = () => stop('aborted');
  const timer = setTimeout(stop, timeoutMs, 'timeout');
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    stoppedBy: () => reason,
    clear: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}
