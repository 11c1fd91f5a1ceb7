/** The request of a POST: all mails, or categories by their keys. */
export type Choice = { all: true } | { all: false; categories: string[] };

/**
 * Reads the form of the page, or the request of a mail client (RFC 8058), in both encodings of forms. Returns undefined
 * when the request asks for neither.
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
    // The body is not a form, or is a truncated one, so it asks for nothing.
    return undefined;
  }
}
