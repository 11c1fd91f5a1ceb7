/** The sender settings of an organization. Null members are not set. */
export type SenderSettings = {
  fromName: string | null;
  fromEmail: string | null;
  replyTo: string | null;
  postalAddress: string | null;
};

/** The options with which nodemailer adds the DKIM signature of a domain. */
export type Dkim = { domainName: string; keySelector: string; privateKey: string };

/** The values that an organization may use for the sender of a mail. */
export type SenderIdentity = {
  settings: SenderSettings;
  /** Returns the DKIM options of a domain; undefined unless it is a verified domain of the organization. */
  dkimOf(domain: string): Dkim | undefined;
  /** Whether any address may send, for example when a person tries the platform on their own machine. */
  mayUseAny: boolean;
};
