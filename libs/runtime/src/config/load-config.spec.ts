import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { helpText } from './help.js';
import { ConfigError, loadConfig } from './load-config.js';
import { port, url, withoutPassword } from './schemas.js';
import { sameValue } from './setting.js';

const settings = {
  APP_PORT: {
    schema: port,
    default: '3000',
    meaning: 'where it listens',
    expected: 'a port from 0 to 65535',
    shortFlags: { port: sameValue('the same') },
  },
  REDIS_URL: {
    schema: url('redis:'),
    default: 'redis://localhost:6379',
    meaning: 'the Redis',
    expected: 'redis://host:port',
    mask: withoutPassword,
  },
  OUTPUT: {
    schema: z.enum(['pretty', 'raw']),
    default: 'pretty',
    meaning: 'how it prints',
    expected: 'pretty or raw',
  },
};

function mistakesOf(env: Record<string, string>, argv: string[]): readonly string[] {
  try {
    loadConfig(settings, env, argv);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('takes the defaults, then the environment, then flags', () => {
    expect(loadConfig(settings, { APP_PORT: '4000', OUTPUT: '' }, ['--port', '5000'])).toEqual({
      appPort: 5000,
      redisUrl: 'redis://localhost:6379',
      output: 'pretty',
    });
    expect(loadConfig(settings, { APP_PORT: '4000' }, []).appPort).toBe(4000);
  });

  it('reports all mistakes at once, by name', () => {
    expect(mistakesOf({ APP_PORT: '70000' }, ['--output=loud', '--colour=red', 'word'])).toEqual([
      'unknown flag --colour; expected one of --app-port, --port, --redis-url, --output',
      'unexpected argument "word"; expected flags such as --name=value',
      'APP_PORT is "70000"; expected a port from 0 to 65535',
      '--output is "loud"; expected pretty or raw',
    ]);
  });

  it('refuses two flags for one setting', () => {
    expect(mistakesOf({}, ['--port=1', '--app-port=2'])).toEqual([
      '--app-port and --port set the same thing; give one of them',
    ]);
  });

  it('keeps passwords out of its messages', () => {
    expect(mistakesOf({ REDIS_URL: 'http://me:hunter2@host' }, []).join()).not.toContain('hunter2');
  });

  it('asks for the value of a flag without one', () => {
    expect(mistakesOf({}, ['--output'])).toEqual(['--output has no value; expected pretty or raw']);
  });
});

describe('helpText', () => {
  it('names every setting with its flag and default', () => {
    const help = helpText('app', settings);
    expect(help).toContain('--app-port=…  (APP_PORT, default 3000)');
    expect(help).toContain('--port=…');
    expect(help).toContain('how it prints: pretty or raw');
  });
});

describe('withoutPassword', () => {
  it.each([
    ['redis://me:hunter2@host:6379/1', 'redis://me:***@host:6379/1'],
    ['redis://:hunter2@host', 'redis://:***@host'],
    ['redis://host?password=hunter2', 'redis://host?***'],
    ['redis://host', 'redis://host'],
  ])('shows %s as %s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown);
  });
});

describe('url', () => {
  it.each(['redis://host#part', 'redis://:%zz@host', 'http://host', 'redis://', 'host:6379'])(
    'refuses %s',
    (text) => {
      expect(url('redis:').safeParse(text).success).toBe(false);
    },
  );
});
