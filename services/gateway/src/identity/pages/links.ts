import { field, form, paragraphs, problemHtml } from './html.ts';

type PageText = { title: string; body: string; script?: string };
type Again = { problem?: string; values?: URLSearchParams };

/** Script that reads the token after the `#`, which no server sees, and removes it from the address and the history. */
export const tokenScript = `const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token) {
  document.querySelector('[name=token]').value = token;
  history.replaceState(null, '', location.pathname);
}`;

const token = (values: URLSearchParams | undefined) =>
  field({
    name: 'token',
    label: 'Token: what follows #token= in the link of the mail',
    type: 'text',
    autocomplete: 'off',
    value: values?.get('token') ?? '',
  });
const newPassword = field({
  ...{
    name: 'password',
    label: 'New password, at least 10 characters',
    type: 'password',
    autocomplete: 'new-password',
  },
});

/** Returns the form fields for a person who follows a link to an organization. */
const newMember = (values: URLSearchParams | undefined) => [
  token(values),
  field({
    ...{ name: 'username', label: 'User name, if you choose another than your address', type: 'text' },
    ...{ autocomplete: 'username', value: values?.get('username') ?? '', isOptional: true },
  }),
  field({
    ...{ name: 'password', label: 'Password: a new one, or that of the user name that you have already' },
    ...{ type: 'password', autocomplete: 'new-password' },
  }),
  field({
    ...{ name: 'name', label: 'Your name', type: 'text', autocomplete: 'name' },
    ...{ value: values?.get('name') ?? '', isOptional: true },
  }),
];
const email = (values: URLSearchParams | undefined) =>
  field({
    ...{ name: 'email', label: 'Mail address', type: 'email', autocomplete: 'email' },
    value: values?.get('email') ?? '',
  });

/**
 * Button that sends only the token. It has no password field, because a person who signs in with a provider needs no
 * password here.
 */
const byProvider = `<p><button name="by" value="provider" formnovalidate>I sign in with Google or by my organization</button></p>
`;

export function invitationPage({ problem, values }: Again): PageText {
  return {
    title: 'Accept the invitation',
    body: [problemHtml(problem), form('/dashboard/invitation', newMember(values), 'Accept', 'post', byProvider)].join(
      '\n',
    ),
    script: tokenScript,
  };
}

/**
 * Returns the page with the methods of accepting an invitation without a password. `slug` names the organization, if it
 * has a provider.
 */
export function invitationProviderPage(o: { organization: string; slug: string | null; hasGoogle: boolean }): PageText {
  const organization = field({
    ...{ name: 'organization', label: 'Short name of an organization that you belong to', type: 'text' },
    autocomplete: 'organization',
  });
  return {
    title: `Join ${o.organization}`,
    body: [
      paragraphs(['Sign in within ten minutes, in this browser, as the person whose address was invited.']),
      ...(o.slug === null
        ? []
        : [`<p><a class="button" href="/auth/sso/${o.slug}">By the invited organization</a></p>`]),
      ...(o.hasGoogle ? ['<p><a class="button" href="/auth/google_oauth2">Sign in with Google</a></p>'] : []),
      form('/auth/sso', [organization], 'By another organization', 'get'),
      '<p><a href="/dashboard/invitation">Accept with a password instead: open the link of the mail again</a></p>',
    ].join('\n'),
  };
}

export function newPasswordPage({ problem, values }: Again): PageText {
  return {
    title: 'Choose a new password',
    body: [problemHtml(problem), form('/dashboard/password', [token(values), newPassword], 'Set the password')].join(
      '\n',
    ),
    script: tokenScript,
  };
}

export function forgottenPasswordPage({ problem, values }: Again): PageText {
  return {
    title: 'Forgotten password',
    body: [problemHtml(problem), form('/dashboard/forgot', [email(values)], 'Send a link')].join('\n'),
  };
}

export function signUpPage({ problem, values }: Again): PageText {
  const organization = field({
    ...{ name: 'organization_name', label: 'Name of your organization', type: 'text', autocomplete: 'organization' },
    value: values?.get('organization_name') ?? '',
  });
  const sentence = 'A link to this address makes the organization. You choose your password there.';
  return {
    title: 'Sign up',
    body: [
      problemHtml(problem),
      paragraphs([sentence]),
      form('/dashboard/sign-up', [organization, email(values)], 'Send the link'),
      '<p><a href="/dashboard/login">You have an account already? Sign in</a></p>',
    ].join('\n'),
  };
}

export function signUpLinkPage({ problem, values }: Again): PageText {
  return {
    title: 'Make your organization',
    body: [problemHtml(problem), form('/dashboard/sign-up/confirm', newMember(values), 'Make the organization')].join(
      '\n',
    ),
    script: tokenScript,
  };
}

export function addressChangePage({ problem, values }: Again): PageText {
  const sentence = 'Confirm that this address is yours.';
  return {
    title: 'Confirm your address',
    body: [problemHtml(problem), paragraphs([sentence]), form('/dashboard/email', [token(values)], 'Confirm')].join(
      '\n',
    ),
    script: tokenScript,
  };
}
