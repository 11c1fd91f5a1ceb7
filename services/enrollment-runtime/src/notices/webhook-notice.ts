import type { Notice } from '@drippulse/mail';
import type { Webhook } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';

const reasons: Readonly<Record<string, string>> = {
  gone: 'Its endpoint answered 410 Gone.',
  failing: 'For five days each attempt failed.',
  requested: 'Its endpoint asked for it.',
};

/** Writes the mail about a webhook that the platform has disabled. It shows only the host of the webhook's URL. */
export function webhookNotice(webhook: Webhook, publicUrl: string | undefined): Notice {
  const host = hostOf(webhook.url);
  const id = String(webhook.id);
  return {
    subject: `A webhook to ${host} was disabled`,
    paragraphs: [
      `The platform has disabled a webhook. ${reasons[webhook.disabledReason ?? ''] ?? ''}`.trim(),
      `New events make no deliveries for it. PATCH /api/v1/webhooks/${id} with { "active": true } enables it again, and ` +
        `POST /api/v1/webhooks/${id}/recover sends what failed.`,
    ],
    items: [
      {
        title: webhook.description || `Webhook ${id}`,
        facts: [
          ['Webhook', id],
          ['Host', host],
          ['Events', webhook.eventTypes.join(', ')],
        ],
      },
    ],
    ...(publicUrl && { link: { label: 'How webhooks work', url: `${publicUrl.replace(/\/+$/, '')}/docs/webhooks` } }),
    reason:
      'You get this mail because you are an admin. PATCH /api/v1/account/notifications with { "webhooks": false } ends these mails.',
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an endpoint';
}
