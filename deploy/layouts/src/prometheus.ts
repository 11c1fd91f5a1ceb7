import { layoutProcesses } from '@drippulse/topology';
import type { Regions } from './regions.ts';

/** Returns the lines of deploy/prometheus/prometheus.yaml that list the services. */
export function prometheusRegions(): Regions {
  return { targets: ['      - targets:', ...layoutProcesses.map(({ name }) => `          - ${name}:8082`)] };
}
