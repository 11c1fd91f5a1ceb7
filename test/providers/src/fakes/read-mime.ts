/** Returns a mail's unfolded headers by name in lower case, and its raw body. Throws if the string is not a mail. */
export function readMime(mime: string): { headers: Record<string, string>; body: string } {
  const end = mime.indexOf('\r\n\r\n');
  if (end === -1) throw new Error('The mail has no end of its headers');
  const lines = mime
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const [, name, value] = /^([!-9;-~]+): ?(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`The mail has a line among its headers that is none: ${line}`);
    return [name.toLowerCase(), value ?? ''];
  });
  return { headers: Object.fromEntries(headers), body: mime.slice(end + 4) };
}
