import type { DescMessage } from '@bufbuild/protobuf';
import { publishers } from '@drippulse/topology';

/** The event messages of all services. Each has its topic; its payloads with the option `webhook` make the catalog. */
export const eventMessages: readonly DescMessage[] = publishers.map(({ events }) => events);
