/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

// Judged on the name without separators: DB_PASSWORD, dbPassword and db-password are one name.
const SECRET_ENDING =
  /(?:passw(?:or)?ds?|passphrase|passcode|secrets?|token|(?:access|refresh|auth|api|bearer|session|id)tokens|apikeys?|accesskey|secretaccesskey|privatekeys?|secretkey|masterkey|signingkey|encryptionkey|sessionkey|accountkey|servicekey|adminkey|authkey|deploykey|licensekey|sshkey|privatejwk|connectionstring|credentials?|authorization|cookie)(?:value|hash|plain|data|base64|b64|pem)?$/;

// These end the same way and hold nothing secret: cursors, counts, references.
const HARMLESS_ENDING =
  /(?:next|page|pages|paging|pagination|continue|continuation|progress|cancel|cancellation|sync|resume|cursor|delimiter|stop|eos|bos|pad|imagepullsecrets|max)(?:tokens?)?$/;

// Most names are ordinary, and this is asked for every field of every value that leaves: one look, no new string.
const WORTH_A_LOOK = /pass|secret|token|key|cred|authorization|cookie|jwk|connection|stringdata/i;

/** Whether a field of this name is expected to hold a secret. */
export function isSecretName(name: string): boolean {
  if (!WORTH_A_LOOK.test(name)) return false;
  const plain = normalize(name);
  return SECRET_ENDING.test(plain) && !HARMLESS_ENDING.test(plain);
}

/** Names under which everything is secret, however deep (`credential: {user, key}`). */
export function holdsOnlySecrets(name: string): boolean {
  return WORTH_A_LOOK.test(name) && /(?:credentials?|passwords|secretdata|stringdata)$/.test(normalize(name));
}

function normalize(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}
