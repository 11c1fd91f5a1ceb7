import { Registry } from 'prom-client';

/** The registry of a service's instruments. Labels never carry an organization or a raw path. */
export type Metrics = Registry;

/** Creates a registry whose samples carry the label `service`. The ops server merges the registries of a process. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  return registry;
}
