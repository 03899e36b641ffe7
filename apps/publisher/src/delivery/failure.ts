import { RELAY_PATH } from '@relay/contracts';
import { isCertificateProblem } from '@relay/runtime';

/** Why there is no connection. */
export interface Failure {
  readonly text: string;
  /** Somebody has to change something before it can work. */
  readonly needsPerson: boolean;
}

/** Whether an HTTP answer will be the same next time, unless somebody changes something. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

/** What an HTTP answer in place of a WebSocket means. Nothing of its text is shown: it may repeat the request. */
export function failureOfAnswer(status: number, hasToken: boolean): Failure {
  return {
    text: `answers HTTP ${status}${hint(status, hasToken)}`,
    needsPerson: isRefusal(status),
  };
}

/** What it means when the proxy does not let a connection through. */
export function failureOfProxy(status: number): Failure {
  const hint = status === 407 ? ', it wants a user and a password in its URL' : '';
  return { text: `the proxy answers HTTP ${status}${hint}`, needsPerson: isRefusal(status) };
}

/**
 * What it means when there is no answer at all.
 *
 * @param isRefused `ws://` went out, and nothing ever came back
 */
export function failureOfError(
  { code, message }: NodeJS.ErrnoException,
  isRefused: boolean,
): Failure {
  if (message.includes('subprotocol')) return { text: code ?? message, needsPerson: true };
  if (code === undefined) return { text: message, needsPerson: false };
  if (/^ERR_SSL_.*ALERT_(.*CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) {
    const text = `does not take this publisher's certificate, see CLIENT_CERT_FILE (${code})`;
    return { text, needsPerson: true };
  }
  if (isCertificateProblem(code)) {
    return {
      text: `its certificate is not trusted, see CONSUMER_CA_FILE (${code})`,
      needsPerson: true,
    };
  }
  return { text: `${code}${hintOfCode(code, isRefused)}`, needsPerson: false };
}

function hintOfCode(code: string, isRefused: boolean): string {
  if (code === 'EPROTO') return ', wss:// at one that does not speak TLS?';
  return code === 'ECONNRESET' && isRefused ? ', ws:// at one that speaks TLS?' : '';
}

function hint(status: number, hasToken: boolean): string {
  if (status === 401 && hasToken)
    return ', it does not know the token: RELAY_TOKEN has to be one of its';
  if (status === 401) return ', it wants a token: set RELAY_TOKEN';
  if (status === 403 && !hasToken)
    return ', without a token it answers its own machine alone: set RELAY_TOKEN at both';
  if (status === 404) return `, no relay is there: a consumer has it at ${RELAY_PATH}`;
  return '';
}
