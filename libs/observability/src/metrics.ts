import { Registry } from 'prom-client';

/** Where a service registers its instruments. Labels never carry an organization or a raw path. */
export type Metrics = Registry;

/** A registry whose samples carry the label `service`; several in one process are served as one by the ops server. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  return registry;
}
