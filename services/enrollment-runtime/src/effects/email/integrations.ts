/** Whether mails of this integration are sent by the platform's own mailer. Other integrations need a connection. */
export function isOwnMailer(integration: unknown): boolean {
  return integration === 'internal' || integration === 'nurture';
}
