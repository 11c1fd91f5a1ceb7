/**
 * A mail of the platform to one of its users. It reports, and a link in it opens a page: nothing is decided or changed
 * by a mail, because scanners follow every link, and mails are forwarded. It holds no data of contacts, because nothing
 * removes it from a mailbox again.
 */
export type Notice = {
  subject: string;
  /** Paragraphs of plain text, at least one. */
  paragraphs: readonly string[];
  /** The things that the mail is about, each with its facts. */
  items: readonly { title: string; facts: readonly (readonly [name: string, value: string])[] }[];
  /** The address where the reader goes on. */
  link?: { label: string; url: string };
  /** Why the reader gets the mail, and how that ends. */
  reason: string;
};
