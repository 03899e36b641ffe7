import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordedProcess } from './child.js';
import { findOnPath } from './find-on-path.js';

/** How one comes by nginx, in one sentence. */
export const nginxIsMissing =
  'No nginx was found; install one with `apt-get install nginx`, `dnf install nginx`, ' +
  '`apk add nginx` or `brew install nginx`.';

/** The path of nginx: on the PATH, or where Debian puts it, which is on root's alone. */
export function findNginx(): string | undefined {
  return findOnPath('nginx', ['/usr/sbin', '/usr/local/sbin']);
}

/** A private nginx in a folder of its own, which says on stderr what it logs. */
export class NginxServer {
  private constructor(
    private readonly folder: string,
    private readonly process: RecordedProcess,
  ) {}

  /** @param site what stands in `http { … }`: one file of `sites-enabled` */
  static async start(site: string): Promise<NginxServer> {
    const binary = findNginx();
    if (binary === undefined) throw new Error(nginxIsMissing);
    const folder = mkdtempSync(join(tmpdir(), 'relay-nginx-'));
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'nginx.conf'), mainFile(site));
    const process = RecordedProcess.start(binary, [
      '-p',
      folder,
      '-c',
      'nginx.conf',
      '-e',
      'stderr',
    ]);
    await process.waitForLine('stderr', 'start worker process ');
    return new NginxServer(folder, process);
  }

  /** How many lines it has said so far. */
  get said(): number {
    return this.process.lines('stderr').length;
  }

  /** Waits until it says so, not among the first `after` lines. */
  says(what: RegExp | string, after = 0): Promise<string> {
    return this.process.waitForLine('stderr', what, after);
  }

  /** Reads its files again, as `nginx -s reload` does; resolves when new workers run. */
  async reload(): Promise<void> {
    const before = this.said;
    this.process.signal('SIGHUP');
    await this.says('start worker process ', before);
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What Debian's own `nginx.conf` is around a site, for a folder instead of a machine. */
function mainFile(site: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
worker_shutdown_timeout 1s; # after a reload connections are cut, not left to the old workers
pid nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
${site}
}
`;
}
