import type { DescMessage } from '@bufbuild/protobuf';
import { publishers } from '@drippulse/topology';

/**
 * The event messages of all services. Each has its own topic. Their payloads with the option `webhook` form the
 * catalog.
 */
export const eventMessages: readonly DescMessage[] = publishers.map(({ events }) => events);
