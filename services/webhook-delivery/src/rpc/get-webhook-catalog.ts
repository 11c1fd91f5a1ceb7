import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetWebhookCatalogResponseSchema } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { bodySchema, exampleBody } from '../catalog/body.ts';
import { eventTypes } from '../catalog/event-types.ts';
import { exampleEnvelope, signingContract } from '../catalog/signing.ts';

let catalog: MessageInitShape<typeof GetWebhookCatalogResponseSchema> | undefined;

export function getWebhookCatalog(): MessageInitShape<typeof GetWebhookCatalogResponseSchema> {
  catalog ??= {
    eventTypes: eventTypes.map((eventType) => ({
      type: eventType.type,
      description: eventType.description,
      schema: Buffer.from(JSON.stringify(bodySchema(eventType))),
      example: Buffer.from(exampleBody(eventType, exampleEnvelope(eventType.type))),
    })),
    signing: signingContract(),
    totalCount: BigInt(eventTypes.length),
  };
  return catalog;
}
