/** Returns the tokens of the pixel and of the link in the HTML of a mail. Throws if the mail has no tokens. */
export function tokensIn(raw: string): { open: string; click: string } {
  const html = htmlOf(raw);
  return {
    open: tokenIn(html, /\/track\/n\/pixel\.gif\?token=([^"&\s]+)/),
    click: tokenIn(html, /\/track\/n\/click\?token=([^"&\s]+)/),
  };
}

function tokenIn(html: string, address: RegExp): string {
  const token = address.exec(html)?.[1];
  if (token === undefined) throw new Error(`a letter has no ${address}: ${html}`);
  return token;
}

function htmlOf(raw: string): string {
  const [, head = '', body = ''] = /(content-type: text\/html[\s\S]*?)\r\n\r\n([\s\S]*)/i.exec(raw) ?? [];
  if (!/content-transfer-encoding: quoted-printable/i.test(head)) return body;
  return body
    .replaceAll('=\r\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
