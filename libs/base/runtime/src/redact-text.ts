import { REDACTED } from './secret-names.ts';

// Every quantifier that can be reached from many places is bounded: text comes from strangers, and a regular expression
// that is quadratic in it would stop the process.

/** Formats that are secrets wherever they appear. */
const TOKENS =
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|gl(?:pat|ptt|dt|rt|cbt)-[\w-]{16,255}|(?:AKIA|ASIA)[A-Z0-9]{16}\b|xox[abeoprs]-[A-Za-z0-9-]{8,255}|xapp-[A-Za-z0-9-]{8,255}|devmesh_[\w-]{20,255}|sk-(?:ant-|proj-)?[\w-]{20,255}|[sr]k_live_[A-Za-z0-9]{16,255}|AIza[\w-]{35}|npm_[A-Za-z0-9]{30,64}|pypi-[\w-]{30,255}|hf_[A-Za-z0-9]{30,64}|dop_v1_[a-f0-9]{64})/g;

// Takes every run that begins like one and is judged afterwards: a pattern that demanded the dots would try again from
// each `eyJ` inside the run. Two dots make a JWT, four an encrypted one; without them it is base64, often a cursor.
const JWT = /\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g;
const isJwt = (run: string) => run.split('.').length >= 3;

const PRIVATE_KEY = /-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----(?:[\s\S]*?-----END \1-----|[\s\S]*$)/g;

const AUTHORIZATION =
  /\b(authorization["']?\s{0,3}[:=]\s{0,3}["']?)(?:(?:bearer|basic|token|digest|negotiate|aws4-hmac-sha256)\s{1,3})?[^\s"',}]{1,8192}/gi;

const BEARER = /\b(bearer|basic)(\s{1,3})(?=[^\s"']{0,64}\d)[\w.~+/=-]{12,8192}/gi;

const URL_CREDENTIALS = /(:\/\/[^\s/:@"']{0,256}):[^\s/@"']{1,512}@/g;

const WEBHOOK_URL = /(hooks\.slack\.com\/(?:services|workflows)\/|discord(?:app)?\.com\/api\/webhooks\/)[\w/-]{8,255}/g;

const NAMES =
  'passw(?:or)?d|passphrase|secret|(?<!(?:next|page|continue|continuation|progress|sync)[_-]?)token|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|account[_-]?key|x-amz-signature|x-amz-credential';

// `password=x`, `"token": "x"`: where the form says that a value follows.
const PAIR = new RegExp(
  `((?:${NAMES})(?:\\\\?["'])?\\s{0,3}(?:=\\s{0,3}|:\\s{0,3}(?=\\\\?["'])))(\\\\?"[^"\\\\]{1,8192}\\\\?"|'[^']{1,8192}'|[^\\s"'&,;)}\\]\\\\]{1,8192})`,
  'gi',
);

// `password: x` alone on its line, as YAML has it; in the middle of a sentence it is a sentence.
const YAML_PAIR = new RegExp(
  `^(\\s{0,64}(?:- )?[\\w.-]{0,64}(?:${NAMES}):\\s{1,4})(?!\\[redacted\\])[^\\s{[|>][^\\n]{0,8192}$`,
  'gim',
);

// Cheap on the ordinary text, which has none of these; only what passes is worth the patterns above.
const SUSPICIOUS =
  /gh[pousr]_|_pat_|gl(?:pat|ptt|dt|rt|cbt)-|AKIA|ASIA|xox|xapp-|devmesh_|sk-|k_live_|AIza|npm_|pypi-|hf_|dop_v1_|eyJ|PRIVATE KEY|authorization|bearer|basic|:\/\/|passw|passphrase|secret|token|key|x-amz-/i;

/** Replaces secrets inside a text: tokens of known formats, private keys, Authorization headers, credentials in URLs, `password=…`. */
export function redactText(text: string): string {
  if (text.length < 6 || !SUSPICIOUS.test(text)) return text;
  return text
    .replace(PRIVATE_KEY, `-----BEGIN $1----- ${REDACTED}`)
    .replace(TOKENS, REDACTED)
    .replace(JWT, (run) => (isJwt(run) ? REDACTED : run))
    .replace(AUTHORIZATION, `$1${REDACTED}`)
    .replace(BEARER, `$1$2${REDACTED}`)
    .replace(URL_CREDENTIALS, `$1:${REDACTED}@`)
    .replace(WEBHOOK_URL, `$1${REDACTED}`)
    .replace(PAIR, (_match, name: string, value: string) => `${name}${quoteLike(value)}`)
    .replace(YAML_PAIR, `$1${REDACTED}`);
}

/** Keeps the quotes, so that redacted JSON stays JSON. */
function quoteLike(value: string): string {
  const quote = /^\\?["']/.exec(value)?.[0] ?? '';
  return `${quote}${REDACTED}${quote}`;
}
