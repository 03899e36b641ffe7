import { helpText } from './config/help.js';
import { type Check, ConfigError, loadConfig } from './config/load-config.js';
import type { ConfigOf, Settings } from './config/setting.js';
import { inlineGenerously } from './inlining.js';
import { sharedSettings } from './shared-settings.js';
import { onShutdownSignal } from './shutdown-signals.js';

/** A running app. */
export interface RunningApp {
  /**
   * Ends it in the order of the data; the exit code says whether anything was left.
   *
   * @param deadline aborted when the time for it is over: say what is left, and come back
   */
  shutDown(deadline: AbortSignal): Promise<number>;
}

/** An app cannot start; the message is a sentence that tells what to do. */
export class StartError extends Error {
  readonly code = 'cannot-start';
  override readonly name = 'StartError';
}

/**
 * The life of an app: settings, start, signals, end.
 * Exits with 2 when the settings are wrong and with 1 when it cannot start.
 */
export async function runApp<S extends Settings & typeof sharedSettings>(
  app: string,
  settings: S,
  start: (config: ConfigOf<S>) => Promise<RunningApp>,
  check?: Check<S>,
): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(helpText(app, settings));
    return;
  }
  inlineGenerously();
  try {
    const config = loadConfig(settings, process.env, argv, check);
    const starting = start(config);
    onShutdownSignal(
      async (deadline) => (await starting).shutDown(deadline), // a signal may come while it starts
      (config as ConfigOf<typeof sharedSettings>).shutdownTimeoutMs,
    );
    await starting;
  } catch (error) {
    if (error instanceof ConfigError) {
      const mistakes = error.mistakes.map((mistake) => `  ${mistake}\n`).join('');
      process.stderr.write(
        `The ${app} cannot start with these settings (--help lists all):\n${mistakes}`,
      );
      process.exitCode = 2;
    } else if (error instanceof StartError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    } else {
      throw error;
    }
  }
}
