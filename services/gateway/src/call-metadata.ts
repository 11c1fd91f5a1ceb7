/**
 * Metadata of calls between the public API and the identity service, in addition to the metadata of every call. The
 * names are a contract, because the two sides may run in processes of different versions.
 */

/** On a request: the address of the client, as determined from what the trusted proxies report. */
export const clientAddressHeader = 'x-client-address';
/** On a request: the id of the session, absent for an API key. Logout ends this session. */
export const sessionIdHeader = 'x-session-id';
/**
 * On a response of the identity service: the call ended a credential or changed its role, so cached credentials must be
 * resolved again.
 */
export const credentialsChangedHeader = 'x-credentials-changed';
