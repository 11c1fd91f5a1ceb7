const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

/** Whether this process has somewhere to send traces to. */
export function collectsTraces(): boolean {
  return endpoints.some((name) => process.env[name]);
}
