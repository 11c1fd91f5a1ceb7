import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type CatalogEntry, catalog, type MetricName } from './catalog.ts';

type NamesOf<T extends CatalogEntry['type']> = {
  [N in MetricName]: (typeof catalog)[N]['type'] extends T ? N : never;
}[MetricName];

type LabelsOf<N extends MetricName> = (typeof catalog)[N]['labels'][number];

/** Returns the counter of this registry for a name of the catalog. The first call creates it. */
export function counter<N extends NamesOf<'counter'>>(registry: Registry, name: N): Counter<LabelsOf<N>> {
  const known = registry.getSingleMetric(name);
  return known instanceof Counter ? known : new Counter(settings(registry, name));
}

/**
 * Returns the gauge of this registry for a name of the catalog. `collect` sets the gauge whenever the registry is read.
 */
export function gauge<N extends NamesOf<'gauge'>>(
  registry: Registry,
  name: N,
  collect?: (gauge: Gauge<LabelsOf<N>>) => void,
): Gauge<LabelsOf<N>> {
  const known = registry.getSingleMetric(name);
  if (known instanceof Gauge) return known;
  return new Gauge({
    ...settings(registry, name),
    ...(collect && {
      collect() {
        collect(this);
      },
    }),
  });
}

/** Returns the histogram of this registry for a name of the catalog. The first call creates it. */
export function histogram<N extends NamesOf<'histogram'>>(registry: Registry, name: N): Histogram<LabelsOf<N>> {
  const known = registry.getSingleMetric(name);
  if (known instanceof Histogram) return known;
  return new Histogram({ ...settings(registry, name), buckets: [...catalog[name].buckets] });
}

function settings<N extends MetricName>(registry: Registry, name: N) {
  const { help, labels } = catalog[name];
  const labelNames: LabelsOf<N>[] = [...labels];
  return { name, help, labelNames, registers: [registry] };
}
