import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  IntegrationActionSchema,
  IntegrationProviderSchema,
} from '@drippulse/proto/drippulse/integrations/v1/providers_pb';
import { type Action, actionsOf, type Provider, providerAliases, providers } from '@drippulse/providers';
import { z } from 'zod';

/** The response of the method. All callers get the same response, so it is built once, for the first request. */
let catalog: { providers: MessageInitShape<typeof IntegrationProviderSchema>[]; totalCount: bigint } | undefined;

export function listIntegrationProviders() {
  catalog ??= { providers: providers.map(providerToProto), totalCount: BigInt(providers.length) };
  return catalog;
}

function providerToProto(provider: Provider): MessageInitShape<typeof IntegrationProviderSchema> {
  const { key, name, description, credentials, requires, oauth, limits } = provider;
  return {
    ...{ key, name, description },
    aliases: Object.entries(providerAliases).flatMap(([alias, of]) => (of === key ? [alias] : [])),
    credentialFields: credentials.map(({ pattern, ...field }) => ({
      ...field,
      ...(pattern !== undefined && { pattern: pattern.source }),
    })),
    requires: requires.map((fields) => ({ fields: [...fields] })),
    ...(oauth && {
      oauth: {
        baseScopes: [...oauth.baseScopes],
        rotates: oauth.rotates,
        ...(oauth.idleDays !== undefined && { idleDays: oauth.idleDays }),
      },
    }),
    limits: limits.map(({ points, seconds, of }) => ({ requests: points, seconds, ...(of !== undefined && { of }) })),
    actions: actionsOf(key).map(actionToProto),
  };
}

function actionToProto(action: Action): MessageInitShape<typeof IntegrationActionSchema> {
  const { name, label, description, input, output, scopes, repeat, reaches, example } = action;
  return {
    ...{ name, label, description, repeat },
    payloadSchema: jsonBytes(schemaOf(input)),
    outputSchema: jsonBytes(schemaOf(output)),
    scopes: [...scopes],
    ...(reaches !== undefined && { reaches }),
    example: jsonBytes(example),
  };
}

function schemaOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
