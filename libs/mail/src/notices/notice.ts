/**
 * A mail of the platform to one of its users. It only reports; a link in it opens a page. Opening a link decides or
 * changes nothing, because scanners follow every link, and mails are forwarded. A mail contains no data of contacts,
 * because it cannot be removed from a mailbox again.
 */
export type Notice = {
  subject: string;
  /** Paragraphs of plain text, at least one. */
  paragraphs: readonly string[];
  /** The things that the mail reports, each with its facts. */
  items: readonly { title: string; facts: readonly (readonly [name: string, value: string])[] }[];
  /** The address where the reader can continue. */
  link?: { label: string; url: string };
  /** The reason why the reader gets the mail, and how to stop mails of this kind. */
  reason: string;
};
