import type { Notice } from '@drippulse/mail';

/** Writes the mail about a sending domain whose DNS records are missing. */
export function domainNotice(o: {
  id: bigint;
  domain: string;
  found: { txt: boolean; dkim: boolean };
  publicUrl: string | undefined;
}): Notice {
  const { id, domain, found, publicUrl } = o;
  const missing = [...(found.txt ? [] : ['the proof of ownership']), ...(found.dkim ? [] : ['the DKIM key'])];
  return {
    subject: `The sending domain ${domain} is no longer verified`,
    paragraphs: [
      `The name servers of ${domain} no longer have ${missing.join(' and ')}.`,
      'Mails that name the domain are sent from the address of the platform, with the wanted address as Reply-To.',
      `GET /api/v1/account/sending_domains lists the records to publish. POST /api/v1/account/sending_domains/${id}/verify looks them ` +
        'up again and verifies the domain.',
    ],
    items: [
      {
        title: domain,
        facts: [
          ['Proof of ownership', found.txt ? 'found' : 'missing'],
          ['DKIM key', found.dkim ? 'found' : 'missing'],
        ],
      },
    ],
    ...(publicUrl && {
      link: { label: 'How senders work', url: `${publicUrl.replace(/\/+$/, '')}/docs/mail#senders` },
    }),
    reason:
      'You get this mail because you are an admin. PATCH /api/v1/account/notifications with { "domains": false } ends these mails.',
  };
}
