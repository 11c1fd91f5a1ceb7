import { field, form, paragraphs, problemHtml } from './html.ts';
import { tokenScript } from './links.ts';

export function signInLinkPage({ problem }: { problem?: string }) {
  const token = { name: 'token', label: 'Token: what follows #token= in the link', type: 'text', autocomplete: 'off' };
  return {
    title: 'Open the dashboard',
    body: [
      problemHtml(problem),
      paragraphs(['This link signs you in as the first administrator, once.']),
      form('/dashboard/open', [field(token)], 'Open the dashboard'),
      '<p><a href="/dashboard/login">Sign in with a password instead</a></p>',
    ].join('\n'),
    script: tokenScript,
  };
}
