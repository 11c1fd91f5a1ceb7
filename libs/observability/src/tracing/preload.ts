// Loaded with --import before everything else, so that what is imported later can be instrumented. Without an address to
// send traces to it loads nothing more.
const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
if (endpoints.some((name) => process.env[name])) {
  const { startTracing } = await import('./start-tracing.ts');
  startTracing();
}
