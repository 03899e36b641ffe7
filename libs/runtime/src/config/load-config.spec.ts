import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { helpText } from './help.js';
import { ConfigError, loadConfig } from './load-config.js';
import { port, redisUrl, url, withoutPassword, withoutPasswords } from './schemas.js';
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
    shortFlags: {
      host: {
        meaning: 'its host alone',
        toValue: (host: string) => `redis://${host}`,
        notWith: { port: 'the port is not that of Redis; expected --redis-url' },
      },
    },
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
      'unknown flag --colour; expected one of --app-port, --port, --redis-url, --host, --output',
      'argument 3 is no flag; expected flags such as --name=value',
      'APP_PORT is "70000"; expected a port from 0 to 65535',
      '--output is "loud"; expected pretty or raw',
    ]);
  });

  it('refuses two flags for one setting', () => {
    expect(mistakesOf({}, ['--port=1', '--app-port=2'])).toEqual([
      '--app-port and --port set the same thing; give one of them',
    ]);
  });

  it('refuses a flag beside one with which it cannot be meant', () => {
    expect(mistakesOf({}, ['--host=redis.test', '--port=1'])).toEqual([
      '--host and --port are given together: the port is not that of Redis; expected --redis-url',
    ]);
    expect(mistakesOf({}, ['--host=redis.test', '--app-port=1'])).toEqual([]);
  });

  it('keeps passwords out of its messages', () => {
    expect(mistakesOf({ REDIS_URL: 'http://me:hunter2@host' }, []).join()).not.toContain('hunter2');
  });

  it('asks for the value of a flag without one', () => {
    expect(mistakesOf({}, ['--output'])).toEqual(['--output has no value; expected pretty or raw']);
  });
});

describe('a secret', () => {
  const secrets = {
    ...settings,
    APP_TOKEN: {
      schema: z.string().max(3),
      default: '',
      meaning: 'the secret',
      expected: 'three characters',
      mask: () => '***',
      isSecret: true,
    },
  };

  function complaintOf(env: Record<string, string>, ...argv: string[]): string {
    try {
      loadConfig(secrets, env, argv);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  }

  it('is taken from the environment', () => {
    expect(loadConfig(secrets, { APP_TOKEN: 'abc' }, []).appToken).toBe('abc');
  });

  it('is refused as a flag, and not repeated', () => {
    const complaint = complaintOf({}, '--app-token=hunter2');
    expect(complaint).toContain('APP_TOKEN in the environment, or APP_TOKEN_FILE');
    expect(complaint).not.toContain('hunter2');
    expect(complaintOf({}, '--app_token', 'hunter2')).toMatch(
      /--app_token.*\nargument 2 is no flag/,
    );
    expect(complaintOf({}, '--app_token', 'hunter2')).not.toContain('hunter2');
    expect(complaintOf({}, '--app-tokn=hunter2')).not.toMatch(/hunter2|--app-token/);
    expect(helpText('app', secrets)).not.toContain('--app-token');
  });

  it('is not shown when it is wrong', () => {
    expect(complaintOf({ APP_TOKEN: 'hunter2' })).toBe(
      'APP_TOKEN is "***"; expected three characters',
    );
  });

  it.each(['redis://:hunter2@host', 'redis://host,redis://me:hunter2@host'])(
    'in a URL is refused as a flag, too: %s',
    (url) => {
      const complaint = complaintOf({}, `--redis-url=${url}`);
      expect(complaint).toContain('set REDIS_URL in the environment');
      expect(complaint).not.toContain('hunter2');
    },
  );

  it('is not suspected in a URL without one', () => {
    const url = 'redis://me@[::1]:6379/1?x=a:b@c';
    expect(loadConfig(secrets, {}, [`--redis-url=${url}`]).redisUrl).toBe(url);
  });
});

describe('the check of settings together', () => {
  it('adds its mistakes to the others', () => {
    const check = ({ appPort, output }: { appPort?: unknown; output?: unknown }): string[] =>
      appPort === undefined && output === 'raw' ? ['raw needs a port'] : [];
    const load = (): unknown => loadConfig(settings, { APP_PORT: 'x', OUTPUT: 'raw' }, [], check);
    expect(load).toThrow(/APP_PORT is "x".*\nraw needs a port/);
  });

  it('calls a setting by the flag that gave it', () => {
    const check = (): string[] => ['APP_PORT is given without OUTPUT; give both'];
    const load = (...argv: string[]): unknown => loadConfig(settings, {}, argv, check);
    expect(() => load('--port=1')).toThrow('--port is given without OUTPUT; give both');
    expect(() => load()).toThrow('APP_PORT is given without OUTPUT; give both');
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

describe('withoutPasswords', () => {
  it('shows several URLs without theirs', () => {
    const shown = withoutPasswords('ws://u:one@a/relay,ws://b/relay');
    expect(shown).toBe('ws://u:***@a/relay,ws://b/relay');
  });

  it('hides a password that holds a comma', () => {
    expect(withoutPasswords('ws://u:pa,ss@host:3001/relay')).toBe('ws://u:***@host:3001/relay');
  });
});

describe('withoutPassword', () => {
  it.each([
    ['redis://me:hunter2@host:6379/1', 'redis://me:***@host:6379/1'],
    ['redis://:hunter2@host', 'redis://:***@host'],
    ['redis://host?password=hunter2', 'redis://host?***'],
    ['socks5://me:hunter2@host', 'socks5://me:***@host'],
    ['redis://host', 'redis://host'],
    ['redis://me@host', 'redis://me@host'],
    ['me:hunter2@host:6379', '***@host:6379'],
    ['redis:/me:hunter2@host', '***@host'],
    [' redis://me:hunter2@host', '***@host'],
    ['ws://host/relay,me:hunter2@other', '***@other'],
    ['redis://me:hun\nter2@host', 'redis://me:***@host'],
  ])('shows %s as %s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown);
  });
});

describe('url', () => {
  it.each([
    'redis://host#part',
    'redis://:%zz@host',
    'http://host',
    'redis://',
    'host:6379',
    'redis://redis://host',
  ])('refuses %s', (text) => {
    expect(url('redis:').safeParse(text).success).toBe(false);
  });
});

describe('redisUrl', () => {
  it.each([
    ['redis://host', 'redis://host'],
    ['redis://host:6379/', 'redis://host:6379'],
    ['rediss://me:pass@host:6379/2', 'rediss://me:pass@host:6379'],
    [' redis://6379/2 ', 'redis://6379'],
    ['REDIS://host/1', 'REDIS://host'],
    ['redis://host/./1', 'redis://host'],
    ['redis://host/1?', 'redis://host'],
    ['redis://host?#', 'redis://host'],
    ['redis://me:p@h@[::1]:6379/1', 'redis://me:p@h@[::1]:6379'],
  ])('takes %s for %s', (text, taken) => {
    expect(redisUrl.parse(text)).toBe(taken);
  });

  it.each([
    'redis://host/abc',
    'redis://host/-1',
    'redis://host/1.5',
    'redis://host?db=1',
    'redis://:hunter2@my host',
    'garbage',
    '',
  ])('refuses %s', (text) => {
    expect(redisUrl.safeParse(text).success).toBe(false);
  });
});
