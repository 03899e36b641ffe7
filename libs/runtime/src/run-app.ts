import { helpText } from './config/help.js';
import { ConfigError, loadConfig } from './config/load-config.js';
import type { ConfigOf, Settings } from './config/setting.js';
import { onShutdownSignal } from './shutdown-signals.js';

/** A running app. */
export interface RunningApp {
  /** Ends it in the order of the data; the exit code says whether anything was left. */
  shutDown(): Promise<number>;
}

/** The address that an app was to listen on is not to be had. */
export class ListenError extends Error {
  readonly code = 'cannot-listen';
  override readonly name = 'ListenError';
}

/**
 * The life of an app: settings, start, signals, end.
 * Exits with 2 when the settings are wrong and with 1 when it cannot start.
 */
export async function runApp<S extends Settings>(
  app: string,
  settings: S,
  start: (config: ConfigOf<S>) => Promise<RunningApp>,
): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(helpText(app, settings));
    return;
  }
  try {
    const starting = start(loadConfig(settings, process.env, argv));
    onShutdownSignal(async () => (await starting).shutDown()); // a signal may come while it starts
    await starting;
  } catch (error) {
    if (error instanceof ConfigError) {
      const mistakes = error.mistakes.map((mistake) => `  ${mistake}\n`).join('');
      process.stderr.write(
        `The ${app} cannot start with these settings (--help lists all):\n${mistakes}`,
      );
      process.exitCode = 2;
    } else if (error instanceof ListenError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    } else {
      throw error;
    }
  }
}
