import { histogram, type Metrics } from '@drippulse/observability';

type Duration = { observe(seconds: number): void };

/** Measures served calls: the clock of one starts with its method, and what that answers counts it, once, by its code. */
export function measureCalls(metrics: Metrics): (method: string) => (code: string) => void {
  const durations = histogram(metrics, 'drippulse_rpc_duration_seconds');
  // To find the place of two labels takes longer than to count in it. There are as many as methods and codes.
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
