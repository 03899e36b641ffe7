export { helpText } from './config/help.js';
export { ConfigError, loadConfig } from './config/load-config.js';
export { port, positiveInteger, url, withoutPassword } from './config/schemas.js';
export {
  type ConfigOf,
  flagOf,
  sameValue,
  type Setting,
  type Settings,
  type ShortFlag,
} from './config/setting.js';
export { listen } from './listen.js';
export { StderrLogger } from './logger.js';
export { ListenError, runApp, type RunningApp } from './run-app.js';
export { onShutdownSignal } from './shutdown-signals.js';
