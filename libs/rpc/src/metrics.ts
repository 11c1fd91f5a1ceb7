import { histogram, type Metrics } from '@drippulse/observability';

/** Measures served calls: the clock of one starts with its method, and what that answers counts it, once, by its code. */
export function measureCalls(metrics: Metrics): (method: string) => (code: string) => void {
  const durations = histogram(metrics, 'drippulse_rpc_duration_seconds');
  return (method) => {
    const stop = durations.startTimer({ method });
    let finished = false;
    return (code) => {
      if (finished) return;
      finished = true;
      stop({ code });
    };
  };
}
