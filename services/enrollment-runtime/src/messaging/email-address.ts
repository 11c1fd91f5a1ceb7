const address = /^[^\s@<>,;:"()\p{Cc}]+@[^\s@<>,;:"()\p{Cc}]+$/u;

/** Whether a string is one bare mail address. */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && address.test(text);
}
