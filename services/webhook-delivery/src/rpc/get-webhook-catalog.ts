import { bodySchema, exampleBody } from '../catalog/body.ts';
import { eventTypes } from '../catalog/event-types.ts';
import { exampleEnvelope, signingContract } from '../catalog/signing-contract.ts';

let catalog: ReturnType<typeof makeCatalog> | undefined;

/** Returns the catalog, which is the same for every caller. It is made at the first call. */
export function getWebhookCatalog() {
  catalog ??= makeCatalog();
  return catalog;
}

function makeCatalog() {
  return {
    eventTypes: eventTypes.map((eventType) => ({
      type: eventType.type,
      description: eventType.description,
      schema: Buffer.from(JSON.stringify(bodySchema(eventType))),
      example: Buffer.from(exampleBody(eventType, exampleEnvelope(eventType.type))),
    })),
    signing: signingContract(),
    totalCount: BigInt(eventTypes.length),
  };
}
