import { escapeHtml } from '@drippulse/service/pages';
import { field, form, paragraphs, problemHtml } from './html.ts';

type PageText = { title: string; body: string; next?: string };

const credentials = (username: string) => [
  field({ name: 'username', label: 'User name', type: 'text', autocomplete: 'username', value: username }),
  field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }),
];

/** Sign-in methods that an installation offers. */
export type WaysIn = { hasGoogle: boolean; isSignUpOpen: boolean };

export function signInPage(o: WaysIn & { username?: string; problem?: string }): PageText {
  const google = '<p><a class="button" href="/auth/google_oauth2">Sign in with Google</a></p>';
  const organization = field({
    ...{ name: 'organization', label: 'Short name of the organization', type: 'text', autocomplete: 'organization' },
  });
  return {
    title: 'Sign in to DripPulse',
    body: [
      problemHtml(o.problem),
      form('/dashboard/login', credentials(o.username ?? ''), 'Sign in'),
      '<p><a href="/dashboard/forgot">Forgotten password</a></p>',
      ...(o.hasGoogle ? ['<h2>With Google</h2>', google] : []),
      '<h2>By your organization</h2>',
      form('/auth/sso', [organization], 'Continue', 'get'),
      ...(o.isSignUpOpen ? ['<h2>New here?</h2>', '<p><a href="/dashboard/sign-up">Sign up</a></p>'] : []),
    ].join('\n'),
  };
}

/**
 * Returns the page for a person whom a provider has identified and who must still prove the identity with the password.
 */
export function linkPage(o: { provider: string; username?: string; problem?: string }): PageText {
  const sentences = [
    `${o.provider} has signed you in, but nobody here is linked to this account yet.`,
    'Sign in once with your user name and password. From then on this account signs you in.',
    'If you have been invited, accept the invitation in your mail first. If you know no password, ask for a new one.',
  ];
  return {
    title: 'Who are you here?',
    body: [
      problemHtml(o.problem),
      paragraphs(sentences),
      form('/dashboard/login/link', [...credentials(o.username ?? ''), optionalCode], 'Sign in and link'),
      '<p><a href="/dashboard/forgot">Ask for a password</a></p>',
      '<p><a href="/dashboard/login">Sign in otherwise</a></p>',
    ].join('\n'),
  };
}

const code = { name: 'code', type: 'text', autocomplete: 'one-time-code' };
const optionalCode = field({ ...code, label: 'Code of your authenticator app, if you have one', isOptional: true });

export function codePage(o: { problem?: string }): PageText {
  const sentence = 'Enter the code that your authenticator app shows, or one of your recovery codes.';
  return {
    title: 'Second factor',
    body: [
      problemHtml(o.problem),
      paragraphs([sentence]),
      form('/dashboard/login/code', [field({ ...code, label: 'Code' })], 'Sign in'),
    ].join('\n'),
  };
}

export type Choice = { memberId: bigint; organization: string };

export function choosePage(choices: readonly Choice[]): PageText {
  const buttons = choices.map(
    ({ memberId, organization }) =>
      `<p><button name="member" value="${memberId}">${escapeHtml(organization)}</button></p>`,
  );
  return {
    title: 'Choose an organization',
    body: `<form method="post" action="/dashboard/login/organization">\n${buttons.join('\n')}\n</form>`,
  };
}

/**
 * Returns a page with a link to an organization's provider. A form would not work, because the content security policy
 * allows no form to submit to a different site.
 */
export function leavePage(o: { organization: string; issuer: string; slug: string }): PageText {
  return {
    title: `Sign in to ${o.organization}`,
    body: [
      paragraphs([`You sign in at ${new URL(o.issuer).host}.`]),
      `<p><a class="button" href="/auth/sso/${o.slug}">Continue</a></p>`,
    ].join('\n'),
  };
}

export function signedInPage(o: { organization: string; username: string; role: string }): PageText {
  const sentence = `${o.username} is signed in to ${o.organization} as ${o.role} in this browser.`;
  return {
    title: 'You are signed in',
    body: `${paragraphs([sentence])}\n<p><a class="button" href="/dashboard">Open the dashboard</a></p>`,
    next: '/dashboard',
  };
}

/** Returns a final page, whose only link leads back to the login page. */
export function endPage(title: string, sentences: readonly string[]): PageText {
  return { title, body: `${paragraphs(sentences)}\n<p><a href="/dashboard/login">Sign in</a></p>` };
}
