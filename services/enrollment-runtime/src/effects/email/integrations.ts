/** Whether the platform's own mailer sends for this integration. Other integrations need a connection. */
export function isOwnMailer(integration: unknown): boolean {
  return integration === 'internal' || integration === 'nurture';
}
