import { histogram, type Metrics } from '@drippulse/observability';

type Duration = { observe(seconds: number): void };

/**
 * Measures served calls. Call the returned function with the method when a call starts. It returns a function to call
 * with the code when the call ends. A second call of that function is ignored.
 */
export function measureCalls(metrics: Metrics): (method: string) => (code: string) => void {
  const durations = histogram(metrics, 'drippulse_rpc_duration_seconds');
  // Cached, because the look-up by labels takes longer than counting. There is one entry for each method and code.
  const places = new Map<string, Duration>();

  function placeOf(method: string, code: string): Duration {
    const key = `${method} ${code}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = durations.labels({ method, code });
    places.set(key, place);
    return place;
  }

  return (method) => {
    const startedAt = performance.now();
    let finished = false;
    return (code) => {
      if (finished) return;
      finished = true;
      placeOf(method, code).observe((performance.now() - startedAt) / 1000);
    };
  };
}
