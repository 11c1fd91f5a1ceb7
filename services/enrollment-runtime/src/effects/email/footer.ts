/** The parts of a mail's body. A mail without HTML has only plain text. */
export type Body = { html: string | undefined; text: string };

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Adds the postal address of the sender, which laws require in advertising (CAN-SPAM, section 7704). */
export function addFooter({ html, text }: Body, postalAddress: string | null): Body {
  if (postalAddress === null) return { html, text };
  const escaped = postalAddress.replace(/[&<>"']/g, (character) => entities[character] ?? character);
  const footer = `<p style="margin:24px 0 0;font-size:12px">${escaped.replaceAll('\n', '<br>')}</p>`;
  // The original text is searched, not its lower-case form, because letters such as İ get longer in lower case, which
  // shifts all later positions.
  const end = html === undefined ? undefined : [...html.matchAll(/<\/body>/gi)].at(-1)?.index;
  return {
    html: end === undefined ? html && `${html}${footer}` : `${html?.slice(0, end)}${footer}${html?.slice(end)}`,
    text: `${text.trimEnd()}\n\n${postalAddress}\n`,
  };
}
