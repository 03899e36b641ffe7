export { helpText } from './config/help.js';
export { ConfigError, loadConfig } from './config/load-config.js';
export {
  list,
  milliseconds,
  name,
  optionalText,
  port,
  positiveInteger,
  url,
  withoutPassword,
} from './config/schemas.js';
export {
  type ConfigOf,
  flagOf,
  sameValue,
  type Setting,
  type Settings,
  type ShortFlag,
} from './config/setting.js';
export { keepAlive, type PingableSocket, type Silence } from './keep-alive.js';
export { listen, stopListening } from './listen.js';
export { StderrLogger } from './logger.js';
export { runApp, type RunningApp, StartError } from './run-app.js';
export { sharedSettings } from './shared-settings.js';
export { onShutdownSignal } from './shutdown-signals.js';
