import { escapeHtml } from '@drippulse/service/pages';

/** The values on the page of an unsubscription. */
export type Preferences = {
  receiver: string;
  subject: string;
  /** The name of the mails' sender, if the organization has set one. */
  fromName: string | undefined;
  categories: readonly { key: string; name: string; description?: string | undefined }[];
};

/**
 * Renders the question, with a form for all mails and a form for individual categories. Both forms are sent to the
 * address of the page itself, which contains the token.
 */
export function questionPage({ receiver, subject, fromName, categories }: Preferences): {
  title: string;
  body: string;
} {
  const sender = fromName === undefined ? '' : ` from ${escapeHtml(fromName)}`;
  const all = `<p>Mails${sender} go to <strong>${escapeHtml(receiver)}</strong>, such as “${escapeHtml(subject)}”.</p>
<form method="post">
<input type="hidden" name="unsubscribe" value="all">
<button type="submit">Unsubscribe</button>
</form>`;
  return { title: 'Unsubscribe', body: categories.length === 0 ? all : `${all}\n${categoryForm(categories)}` };
}

function categoryForm(categories: Preferences['categories']): string {
  const boxes = categories.map(({ key, name, description = '' }) => {
    const more = description === '' ? '' : ` – ${escapeHtml(description)}`;
    return `<label><input type="checkbox" name="category" value="${escapeHtml(key)}"> ${escapeHtml(name)}${more}</label>`;
  });
  return `<form method="post">
<input type="hidden" name="unsubscribe" value="categories">
<fieldset>
<legend>Or only from these</legend>
${boxes.join('\n')}
</fieldset>
<button type="submit">Unsubscribe from these</button>
</form>`;
}

/** Renders the confirmation, which is the same page for the first request and for every repeat. */
export function donePage(receiver: string, names: readonly string[]): { title: string; body: string } {
  const from = names.length === 0 ? '' : ` of ${names.map((name) => `“${escapeHtml(name)}”`).join(', ')}`;
  const body = `<p role="status"><strong>${escapeHtml(receiver)}</strong> gets no more mails${from}.</p>`;
  return { title: 'You are unsubscribed', body };
}

/** Renders the page for a form of categories in which nothing was chosen. */
export function nothingChosenPage(): { title: string; body: string } {
  return { title: 'Nothing chosen', body: '<p role="alert">Go back and choose at least one kind of mail.</p>' };
}

/** Renders the page for a receiver who was erased. */
export function unknownReceiverPage(): { title: string; body: string } {
  const body = '<p role="status">The data of this receiver was erased, so that no mail goes there.</p>';
  return { title: 'Nothing to unsubscribe', body };
}
