export { abortedWithin } from './aborted-within.js';
export { accessProviders } from './access/access-providers.js';
export { accessSettings, tokenList } from './access/access-settings.js';
export {
  type CertificateFiles,
  certificateMistakes,
  type Certificates,
  type CertificateSettings,
  readCertificates,
  warnOfExpiredCertificates,
} from './access/certificate-files.js';
export { isForLocalHost, isForwarded, isLocal, isLoopback } from './access/local-request.js';
export type { Refusal } from './access/refusal.js';
export { measureRefusals, Refusals } from './access/refusals.js';
export { isOneOf } from './access/same-secret.js';
export { tokenMistakes } from './access/token-mistakes.js';
export { Tokens, type TokenSettings, type TokenVerdict } from './access/tokens.js';
export { Trust, TrustedGuard } from './access/trust.js';
export { AddressRates } from './bounds/address-rates.js';
export { boundHttp, type HttpBounds } from './bounds/bound-http.js';
export { ConnectionCounts, type Lack } from './bounds/connection-counts.js';
export { isForWebSocket } from './bounds/for-web-socket.js';
export { HTTP_LIMITS, HTTP_LIMITS_COUNTED, type HttpLimit } from './bounds/http-limits.js';
export { LimitCounts, measureLimits } from './bounds/limit-counts.js';
export { secureHeaders } from './bounds/secure-headers.js';
export { TokenBucket } from './bounds/token-bucket.js';
export {
  answerPings,
  limitOfError,
  WEB_SOCKET_LIMITS,
  WEB_SOCKET_LIMITS_COUNTED,
} from './bounds/web-socket-limits.js';
export { isCertificateProblem } from './access/certificate-problem.js';
export { helpText } from './config/help.js';
export { type Check, ConfigError, loadConfig } from './config/load-config.js';
export { warnOfMisspelt } from './config/misspelt.js';
export {
  list,
  milliseconds,
  name,
  optionalText,
  port,
  positiveInteger,
  redisUrl,
  url,
  withoutPassword,
  withoutPasswords,
  yesOrNo,
} from './config/schemas.js';
export {
  type ConfigOf,
  flagOf,
  sameValue,
  type Setting,
  type Settings,
  type ShortFlag,
} from './config/setting.js';
export { HealthController } from './health/health.controller.js';
export { HealthSource, type Readiness, type ReadinessPart } from './health/health-source.js';
export { Lifecycle, type LifecycleState } from './health/lifecycle.js';
export { Watched } from './health/watched.js';
export { hostInUrl, localHostInUrl } from './host-in-url.js';
export { keepAlive, type PingableSocket, type Silence, type Transport } from './keep-alive.js';
export { closeRequests, listen, stopListening } from './listen.js';
export { countedMessages } from './log/counted-messages.js';
export { EventLog, type EventFields } from './log/event-log.js';
export { harmless } from './log/harmless.js';
export { type LogOptions, StderrLogger } from './log/stderr-logger.js';
export { Buckets } from './metrics/buckets.js';
export { Metrics, type Labels } from './metrics/metrics.js';
export { MetricsController } from './metrics/metrics.controller.js';
export { OTHER, Tally } from './metrics/tally.js';
export { completed } from './nest/completed.js';
export { RawArguments } from './nest/raw-arguments.js';
export { runApp, type RunningApp, StartError } from './run-app.js';
export { sharedSettings } from './shared-settings.js';
export { onShutdownSignal } from './shutdown-signals.js';
export { Tenfold } from './log/tenfold.js';
