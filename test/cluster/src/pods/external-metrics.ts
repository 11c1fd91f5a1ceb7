// Runs in the cluster: an external metrics API that reads a metric from the pods of a service, as an adapter of
// Prometheus does, and returns the highest value of all series.
import { lookup } from 'node:dns/promises';
import { createServer } from 'node:https';

const { TLS_CERT, TLS_KEY, RELEASE } = process.env;
const group = 'external.metrics.k8s.io/v1beta1';

createServer({ cert: TLS_CERT, key: TLS_KEY }, (request, response) => {
  response.setHeader('content-type', 'application/json');
  answer(new URL(request.url ?? '/', 'https://localhost')).then(
    (value) => response.end(JSON.stringify(value)),
    (error) => {
      response.statusCode = 500;
      response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message: String(error) }));
    },
  );
}).listen(8443);
process.on('SIGTERM', () => process.exit());

async function answer({ pathname, searchParams }: URL): Promise<unknown> {
  const [, namespace, metricName] = /\/namespaces\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (metricName === undefined) {
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: group, resources: [] };
  }
  const service = /service=([\w-]+)/.exec(searchParams.get('labelSelector') ?? '')?.[1];
  const value = await greatest(`${RELEASE}-${service}-grpc.${namespace}.svc`, metricName);
  const item = { metricName, metricLabels: {}, timestamp: new Date(), value: `${Math.round(value * 1000)}m` };
  return { kind: 'ExternalMetricValueList', apiVersion: group, metadata: {}, items: [item] };
}

async function greatest(name: string, metric: string): Promise<number> {
  const pods = await lookup(name, { all: true, family: 4 });
  const texts = await Promise.all(
    pods.map(async ({ address }) => {
      const signal = AbortSignal.timeout(3000);
      return (await fetch(`http://${address}:8082/metrics`, { signal })).text();
    }),
  );
  const values = texts.flatMap((text) => {
    const series = text.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)`, 'gm'));
    return Array.from(series, ([, value]) => Number(value));
  });
  return Math.max(0, ...values);
}
