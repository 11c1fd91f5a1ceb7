import type { ServiceImpl } from '@connectrpc/connect';
import { WebhookSigningService, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { cancelRecovery } from './cancel-recovery.ts';
import { createWebhook } from './create-webhook.ts';
import { deleteEventPayload } from './delete-event-payload.ts';
import { deleteWebhook } from './delete-webhook.ts';
import { getRecovery } from './get-recovery.ts';
import { getWebhook } from './get-webhook.ts';
import { getWebhookCatalog } from './get-webhook-catalog.ts';
import { listDeliveries } from './list-deliveries.ts';
import { listWebhooks } from './list-webhooks.ts';
import { recoverWebhook } from './recover-webhook.ts';
import { redeliverDelivery } from './redeliver-delivery.ts';
import { rotateWebhookSecret } from './rotate-webhook-secret.ts';
import { signPayload } from './sign-payload.ts';
import { testWebhook } from './test-webhook.ts';
import { updateWebhook } from './update-webhook.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(WebhooksService, {
      listWebhooks: (request, call) => listWebhooks(ctx, request, call),
      getWebhookCatalog,
      createWebhook: (request, call) => createWebhook(ctx, request, call),
      getWebhook: (request, call) => getWebhook(ctx, request, call),
      updateWebhook: (request, call) => updateWebhook(ctx, request, call),
      deleteWebhook: (request, call) => deleteWebhook(ctx, request, call),
      testWebhook: (request, call) => testWebhook(ctx, request, call),
      rotateWebhookSecret: (request, call) => rotateWebhookSecret(ctx, request, call),
      listDeliveries: (request, call) => listDeliveries(ctx, request, call),
      deleteEventPayload: (request, call) => deleteEventPayload(ctx, request, call),
      recoverWebhook: (request, call) => recoverWebhook(ctx, request, call),
      getRecovery: (request, call) => getRecovery(ctx, request, call),
      cancelRecovery: (request, call) => cancelRecovery(ctx, request, call),
      redeliverDelivery: (request, call) => redeliverDelivery(ctx, request, call),
    } satisfies ServiceImpl<typeof WebhooksService>);
    router.service(WebhookSigningService, {
      signPayload: (request, call) => signPayload(ctx, request, call),
    } satisfies ServiceImpl<typeof WebhookSigningService>);
  };
}
