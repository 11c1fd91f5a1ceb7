// Loaded with --import before all other modules, so that they can be instrumented. Without an address for traces this
// module loads nothing more.
const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
if (endpoints.some((name) => process.env[name])) {
  const { startTracing } = await import('./start-tracing.ts');
  startTracing();
}
