import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';

export type Status = 'pending' | 'failed' | 'delivered' | 'exhausted' | 'cancelled';

const protoOf: Record<Status, WebhookDeliveryStatus> = {
  pending: WebhookDeliveryStatus.PENDING,
  failed: WebhookDeliveryStatus.FAILED,
  delivered: WebhookDeliveryStatus.DELIVERED,
  exhausted: WebhookDeliveryStatus.EXHAUSTED,
  cancelled: WebhookDeliveryStatus.CANCELLED,
};

export function statusToProto(status: string): WebhookDeliveryStatus {
  return isStatus(status) ? protoOf[status] : WebhookDeliveryStatus.UNSPECIFIED;
}

export function statusFromProto(status: WebhookDeliveryStatus): string | undefined {
  return Object.keys(protoOf).find((name) => isStatus(name) && protoOf[name] === status);
}

function isStatus(name: string): name is Status {
  return name in protoOf;
}
