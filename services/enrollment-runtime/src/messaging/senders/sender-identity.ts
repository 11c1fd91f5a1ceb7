/** The sender settings of an organization. Null members are not set. */
export type SenderSettings = {
  fromName: string | null;
  fromEmail: string | null;
  replyTo: string | null;
  postalAddress: string | null;
};

/** The signature of a domain, as nodemailer takes it. */
export type Dkim = { domainName: string; keySelector: string; privateKey: string };

/** The values that an organization may use for the sender of a mail. */
export type SenderIdentity = {
  settings: SenderSettings;
  /** Returns the signature of a verified domain of the organization. */
  dkimOf(domain: string): Dkim | undefined;
  /** Whether any address may send, for example when a person tries the platform on their own machine. */
  mayUseAny: boolean;
};
