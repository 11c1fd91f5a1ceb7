import type { Notice } from '@drippulse/mail';

type Of = { organization: string; deleteAt: Date; publicUrl: string };

const reason = 'You are an administrator of this organization.';
const toCancel =
  'An administrator cancels it by POST /api/v1/account/deletion/cancel, and downloads everything by GET /api/v1/account/export.';

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** Creates the mail that is sent after the request for a deletion. */
export function requestedNotice({ organization, deleteAt, publicUrl }: Of): Notice {
  return {
    subject: `${organization} will be deleted on ${day(deleteAt)}`,
    paragraphs: [
      `Somebody asked for the deletion of ${organization}. On ${day(deleteAt)} all that it has on DripPulse is erased, for good.`,
      `Until then everything works as before. ${toCancel}`,
    ],
    items: [],
    link: {
      label: 'How to cancel, and to take everything along',
      url: `${publicUrl}/docs/authentication.html#deleting-an-organization`,
    },
    reason,
  };
}

/** Creates the mail that is sent a week before the deletion. */
export function warningNotice({ organization, deleteAt, publicUrl }: Of): Notice {
  return {
    subject: `${organization} will be deleted in a week`,
    paragraphs: [`On ${day(deleteAt)} all that ${organization} has on DripPulse is erased, for good. ${toCancel}`],
    items: [],
    link: {
      label: 'How to cancel, and to take everything along',
      url: `${publicUrl}/docs/authentication.html#deleting-an-organization`,
    },
    reason,
  };
}

/** Creates the mail that is sent at the end of the deletion. */
export function deletedNotice({ organization, publicUrl }: Pick<Of, 'organization' | 'publicUrl'>): Notice {
  return {
    subject: `${organization} was deleted`,
    paragraphs: [
      `All that ${organization} had on DripPulse was erased. Its keys and sessions no longer work, and its subscription has ended.`,
    ],
    items: [],
    link: {
      label: 'What stays, and for how long',
      url: `${publicUrl}/docs/authentication.html#deleting-an-organization`,
    },
    reason: 'You were an administrator of this organization.',
  };
}
