/** The choice that a POST request contains: all mails, or categories by their keys. */
export type Choice = { all: true } | { all: false; categories: string[] };

/**
 * Reads the form of the page, or the request of a mail client (RFC 8058). Both encodings of HTML forms are accepted.
 * Returns undefined when the request contains neither choice.
 */
export async function readChoice(contentType: string, bytes: Uint8Array): Promise<Choice | undefined> {
  const form = await readForm(contentType, bytes);
  if (form?.get('List-Unsubscribe') === 'One-Click' || form?.get('unsubscribe') === 'all') return { all: true };
  if (form?.get('unsubscribe') !== 'categories') return undefined;
  const categories = form.getAll('category').filter((value) => typeof value === 'string');
  return { all: false, categories: [...new Set(categories)] };
}

async function readForm(contentType: string, bytes: Uint8Array): Promise<FormData | undefined> {
  try {
    return await new Response(Buffer.from(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch {
    // The body is not a form, or the form is truncated, so it contains no choice.
    return undefined;
  }
}
