// Loaded with --import before everything else, so that what is imported later can be instrumented. Without an address to
// send traces to it loads nothing more.
import { collectsTraces } from './collects-traces.ts';

if (collectsTraces()) {
  const { startTracing } = await import('./start-tracing.ts');
  startTracing();
}
