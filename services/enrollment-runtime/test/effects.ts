import { createHmac, randomBytes } from 'node:crypto';
import { compileDefinition } from '@drippulse/engine';
import { DomainError } from '@drippulse/errors';
import { createLogger } from '@drippulse/observability';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmErasuresService } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { WebhookSigningService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import {
  callerOf,
  clientFor,
  createChainHeaders,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serverInterceptors,
} from '@drippulse/rpc';
import { type ServiceName, serviceNames, serviceOf } from '@drippulse/topology';
import { createEffectAdapters } from '../src/adapters/adapters.ts';
import type { Config } from '../src/config.ts';
import type { EffectCall, PerformContext } from '../src/effects/effect-call.ts';
import { createPermit } from '../src/messaging/permit.ts';
import { createLinks } from '../src/tracking/index.ts';
import { type CrmPeer, createCrmPeer } from './crm-peer.ts';

/** The only webhook, of organization 1. */
const webhook = { id: 7n, organizationId: 1n, secret: Buffer.from('a secret of thirty-two bytes, ok') };

export const effectKey = '0199d3b2-4a57-7c3e-8f35-0c6f4f2c9d11:step_1:1';

/** The time that the effects' clock shows. */
export const now = new Date('2026-11-25T09:00:00.500Z');

/** Creates the context of effects, with a webhooks service in memory that signs. */
export function effectContext(
  config: Partial<Pick<Config, 'allowPrivate' | 'smtpUrl' | 'mailDir'>> = {},
): PerformContext & { crm: CrmPeer; stop(): Promise<void> } {
  const log = createLogger({ service: 'test', level: 'fatal' });
  const keys = generateInternalTokenKeys(serviceNames);
  const tokensOf = (service: ServiceName) => createTokens({ service, keys: parseInternalTokenKeys(keys[service]) });
  const peers = createInMemoryPeers();
  peers.register(
    serviceOf('webhooks'),
    (router) => {
      router.service(WebhookSigningService, {
        signPayload({ webhookId, messageId, timestampSeconds, body }, call) {
          if (webhookId !== webhook.id || callerOf(call).organizationId !== webhook.organizationId) {
            throw new DomainError('not_found', 'webhook_not_found', 'There is no webhook with this id.');
          }
          return { signature: signatureOf(messageId, String(timestampSeconds), Buffer.from(body).toString()) };
        },
      });
    },
    serverInterceptors({ tokens: tokensOf(serviceOf('webhooks')), log }),
  );
  const crm = createCrmPeer();
  peers.register(serviceOf('crm'), crm.routes, serverInterceptors({ tokens: tokensOf(serviceOf('crm')), log }));
  const tokens = tokensOf(serviceOf('enrollments'));
  const toCrm = { peers, target: serviceOf('crm'), tokens };
  const adapters = createEffectAdapters({
    config: {
      allowPrivate: true,
      smtpUrl: undefined,
      mailDir: undefined,
      mailFrom: 'DripPulse <drip@example.com>',
      ...config,
    },
  });
  return {
    adapters,
    // A ledger that lets every send pass.
    permits: {
      ask: async (send) => ({
        permit: createPermit({
          ...{ class: send.class, sender, placedAt: now },
          ...{ mailer: adapters.mailer, mailFrom: 'DripPulse <drip@example.com>' },
          record: async () => undefined,
        }),
      }),
    },
    chains: createChainHeaders(randomBytes(32).toString('base64')),
    links: createLinks({ trackingKeys: randomBytes(32).toString('base64'), publicUrl: 'https://drip.example.com' }),
    crm,
    clients: {
      signing: clientFor(WebhookSigningService, { peers, target: serviceOf('webhooks'), tokens }),
      crm: {
        accounts: clientFor(CrmAccountsService, toCrm),
        contacts: clientFor(CrmContactsService, toCrm),
        leads: clientFor(CrmLeadsService, toCrm),
        opportunities: clientFor(CrmOpportunitiesService, toCrm),
        activities: clientFor(CrmActivitiesService, toCrm),
        erasures: clientFor(CrmErasuresService, toCrm),
      },
      agents: { checks: nobody, erasures: nobody },
      integrationErasures() {
        throw new Error('effects erase nobody');
      },
      workflows() {
        throw new Error('effects know no workflows');
      },
      identity() {
        throw new Error('effects know no members');
      },
    },
    clock: { now: () => now },
    performers: {},
    async stop() {
      await adapters.close();
      peers.close();
    },
  };
}

/** Computes the `webhook-signature` header as the specification of Standard Webhooks 1.0.0 prescribes. */
export function signatureOf(id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', webhook.secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function nobody(): never {
  throw new Error('effects know no agents');
}

/** A sender without settings, for which any address may send. */
const sender = {
  settings: { fromName: null, fromEmail: null, replyTo: null, postalAddress: null },
  ...{ mayUseAny: true, dkimOf: () => undefined },
};

export function effectCall(kind: EffectCall['kind'], request: EffectCall['request'], more = {}): EffectCall {
  return {
    key: effectKey,
    plannedAt: now,
    kind,
    request,
    organizationId: 1n,
    workflowId: 12n,
    enrollmentId: 4711n,
    stepId: 'step_1',
    mode: 'live',
    email: null,
    leadRef: null,
    timezone: 'UTC',
    definition: compileDefinition({ workflowId: '12', version: 1, steps: [] }),
    hops: 0,
    cause: 'enrollment:12:4711',
    attempt: 1,
    agentId: null,
    signal: new AbortController().signal,
    ...more,
  };
}
