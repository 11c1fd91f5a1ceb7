import type { Notice } from '@drippulse/mail';

/**
 * Returns the link to a page. The token follows `#`: browsers do not send that part of an address, so a scanner that
 * opens the page does not use up the link.
 */
function pageUrl(publicUrl: string, page: string, token: string): string {
  return `${publicUrl}/dashboard/${page}#token=${token}`;
}

type Link = { publicUrl: string; token: string };

/** Creates the mail to an invited person. */
export function invitationNotice(
  { publicUrl, token }: Link,
  { organization, inviter }: { organization: string; inviter: string | undefined },
): Notice {
  const who = inviter === undefined ? 'An administrator' : inviter;
  return {
    subject: `Invitation to ${organization}`,
    paragraphs: [
      `${who} invites you to ${organization} on DripPulse. The link works for 7 days and once.`,
      'You choose a user name and a password. If you have a user name of this address already, enter it with its password: you then belong to both organizations.',
    ],
    items: [],
    link: { label: 'Accept the invitation', url: pageUrl(publicUrl, 'invitation', token) },
    reason: 'Somebody entered your address. If you do not know them, do nothing: without you nothing happens.',
  };
}

/** Creates the mail to a person who has forgotten the password. */
export function resetNotice({ publicUrl, token }: Link, username: string): Notice {
  return {
    subject: 'Choose a new password',
    paragraphs: [
      `Somebody asked for a new password of the user name ${username}. The link works for an hour and once. The new password ends every session.`,
    ],
    items: [],
    link: { label: 'Choose a new password', url: pageUrl(publicUrl, 'password', token) },
    reason: 'If it was not you, do nothing: your password stays as it is.',
  };
}

/** Creates the mail to a person whose password was changed with a link. */
export function passwordChangedNotice(username: string): Notice {
  return {
    subject: 'Your password was changed',
    paragraphs: [
      `The password of the user name ${username} was changed by a link that was mailed to this address. Every session has ended.`,
    ],
    items: [],
    reason: 'If it was not you, somebody reads your mails. Secure your mailbox, then ask for a new password.',
  };
}

/** Creates the mail to the new address that a person has requested. */
export function addressNotice({ publicUrl, token }: Link, username: string): Notice {
  return {
    subject: 'Confirm your address',
    paragraphs: [`The user name ${username} wants to have this address. The link works for an hour and once.`],
    items: [],
    link: { label: 'Confirm the address', url: pageUrl(publicUrl, 'email', token) },
    reason: 'If you do not know that user name, do nothing: without you nothing happens.',
  };
}

/** Creates the mail to a person's previous address. */
export function addressChangedNotice(username: string, email: string): Notice {
  return {
    subject: 'Your address was changed',
    paragraphs: [`The user name ${username} now has the address ${email}. Mails go there from now on.`],
    items: [],
    reason:
      'If it was not you, ask an administrator of your organization, who can change the address and the password.',
  };
}

/**
 * Creates the mail to a person who requested an organization. It contains no text from the request, which anybody could
 * have made.
 */
export function signUpNotice({ publicUrl, token }: Link): Notice {
  return {
    subject: 'Confirm your sign-up',
    paragraphs: [
      'Somebody asked for an organization on DripPulse with this address. The link works for a day and once.',
      'You choose a user name and a password. If you have a user name of this address already, enter it with its password: the new organization is then yours too.',
    ],
    items: [],
    link: { label: 'Make the organization', url: pageUrl(publicUrl, 'sign-up/confirm', token) },
    reason: 'If it was not you, do nothing: without you nothing is made.',
  };
}
