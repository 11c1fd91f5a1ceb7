import type { Requirement } from '@drippulse/engine';
import { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { ClientOf } from '@drippulse/service';
import { owners, type ServiceName } from '@drippulse/topology';

/** A service that performs effects of steps. */
export type Performer = { name: ServiceName; client: ClientOf<typeof EffectsService> };

/** The services that perform effects, by the requirement of step types. The platform may run without any of them. */
export type Performers = Readonly<Partial<Record<Requirement, Performer>>>;

/**
 * Creates the performers from the table of services. The requirement of a step type is the schema of the service that
 * performs it.
 */
export function performersOf({
  client,
}: {
  client(service: typeof EffectsService, target: ServiceName): ClientOf<typeof EffectsService>;
}): Performers {
  const performer = (requirement: Requirement): Performer | undefined => {
    const name = owners.find(({ schema }) => schema === requirement)?.name;
    return name && { name, client: client(EffectsService, name) };
  };
  const { agents, integrations } = { agents: performer('agents'), integrations: performer('integrations') };
  return { ...(agents && { agents }), ...(integrations && { integrations }) };
}
