/** The text that replaces the request of an effect whose enrollment was erased. No rendered request is empty. */
export const erasedRequest = '{}';
